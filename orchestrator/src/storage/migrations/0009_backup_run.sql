-- One row an attempt to back up, for the metrics: it shows nothing of anybody's.
create table backup_run (
  id uuid primary key,
  -- Of the backup; null where it failed before it had one.
  name text,
  state text not null check (state in ('succeeded', 'failed')),
  -- Whether it was restored into a database of its own and compared, row by row.
  verified boolean not null default false,
  error text,
  bytes bigint not null default 0,
  duration_ms bigint not null default 0,
  -- The moment of the cut: how old the data of the backup is.
  cut_at timestamptz,
  ended_at timestamptz not null default now()
);
create index backup_run_recent on backup_run (state, ended_at desc);
grant select, insert, delete on backup_run to ai_assistant_system;
