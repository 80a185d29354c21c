-- The first shape of the database. Runs on PostgreSQL 14 and later and on the embedded one.

create extension if not exists pg_trgm;

-- Two roles, neither owner nor superuser, that row-level security binds:
-- ai_assistant_app serves one person at a time; ai_assistant_system runs the journal, takeover, sign-in and jobs.
do $$
declare
  name text;
  -- PostgreSQL 16 and later tell membership from the right to `set role`; who creates a role there has only the former.
  needed text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
begin
  foreach name in array array['ai_assistant_app', 'ai_assistant_system'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I nologin nobypassrls', name);
    end if;
    if not pg_has_role(current_user, name, needed) then
      execute format('grant %I to %I', name, current_user);
    end if;
  end loop;
end
$$;

-- The person of the running transaction; null outside one, which shows no row.
create function app_person() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.person_id', true), '')::uuid;

create table app_user (
  id uuid primary key,
  name text not null,
  email text,
  role text not null check (role in ('owner', 'admin', 'member')),
  status text not null default 'active' check (status in ('active', 'suspended')),
  created_at timestamptz not null default now()
);
create unique index app_user_email on app_user (lower(email));
create unique index app_user_one_owner on app_user (role) where role = 'owner';

create table sign_in_code (
  code_hash bytea primary key,
  purpose text not null check (purpose in ('owner', 'sign-in', 'invitation', 'reset')),
  user_id uuid references app_user on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);

create table session (
  id_hash bytea primary key,
  user_id uuid not null references app_user on delete cascade,
  user_agent text not null default '',
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index session_of_person on session (user_id);

create table conversation (
  id uuid primary key,
  owner_id uuid not null references app_user on delete cascade,
  -- The id a client of the AI SDK's transport gave it.
  alias text,
  title text not null default '',
  title_source text not null default 'none' check (title_source in ('none', 'automatic', 'person')),
  system_prompt text not null default '',
  version integer not null default 0,
  head_message_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index conversation_alias on conversation (owner_id, alias) where alias is not null;
create index conversation_recent on conversation (owner_id, updated_at desc, id desc);
create index conversation_title_words on conversation using gin (title gin_trgm_ops);

create table message (
  id uuid primary key,
  conversation_id uuid not null references conversation on delete cascade,
  owner_id uuid not null,
  parent_id uuid references message on delete cascade,
  role text not null check (role in ('user', 'assistant')),
  parts jsonb not null,
  -- The message's words, for search.
  words text not null default '',
  state text not null check (state in ('running', 'waiting', 'complete', 'incomplete', 'cancelled', 'failed')),
  reason text,
  error text,
  run_id uuid,
  model text,
  usage jsonb,
  created_at timestamptz not null default now()
);
create index message_children on message (conversation_id, parent_id, id);
create index message_parent on message (parent_id);
create index message_words on message using gin (words gin_trgm_ops);

-- One row a process. Its lease is in the database's time.
create table worker (
  id uuid primary key,
  name text not null,
  started_at timestamptz not null default now(),
  lease_until timestamptz not null
);

create table run (
  id uuid primary key,
  owner_id uuid not null,
  conversation_id uuid not null references conversation on delete cascade,
  message_id uuid not null,
  user_message_id uuid,
  kind text not null check (kind in ('submit', 'regenerate', 'continue')),
  state text not null check (state in ('running', 'waiting', 'complete', 'incomplete', 'cancelled', 'failed')),
  -- The worker that writes this run now; null while it waits for a person or has ended.
  worker_id uuid,
  -- Raised by each takeover. A writer with an older one is fenced out.
  epoch integer not null default 1,
  -- How many workers died with this run.
  deaths integer not null default 0,
  cancel_requested_at timestamptz,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create unique index run_one_active on run (conversation_id) where state in ('running', 'waiting');
create index run_of_conversation on run (conversation_id, id);
create index run_of_worker on run (worker_id) where state = 'running';
create index run_waiting on run (state, created_at) where state in ('running', 'waiting');

-- The journal: what readers see is what is committed here. Partitioned by day through the time in the run's UUIDv7.
create table run_event (
  run_id uuid not null,
  seq bigint not null,
  epoch integer not null,
  payload text not null,
  primary key (run_id, seq)
) partition by range (run_id);

-- The smallest UUIDv7 of a moment.
create function uuid_v7_floor(moment timestamptz) returns uuid
  language sql immutable parallel safe
  return (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid;

-- Makes the journal's partitions for yesterday to the day after tomorrow, and drops those older than `keep_days` unless a
-- run of theirs is still open. Safe to call at any time, from any number of processes.
create function maintain_run_event(keep_days integer) returns void
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  day date;
  name text;
  old record;
begin
  perform pg_advisory_xact_lock(hashtext('maintain_run_event'));
  perform set_config('lock_timeout', '2s', true);
  for day in select generate_series(current_date - 1, current_date + 2, interval '1 day')::date loop
    name := 'run_event_' || to_char(day, 'YYYYMMDD');
    if to_regclass(name) is null then
      execute format('create table %I (like run_event including all)', name);
      execute format('alter table %I enable row level security', name);
      execute format(
        'alter table run_event attach partition %I for values from (%L) to (%L)',
        name, uuid_v7_floor(day::timestamp at time zone 'UTC'), uuid_v7_floor((day + 1)::timestamp at time zone 'UTC'));
    end if;
  end loop;
  for old in
    select c.relname, to_date(right(c.relname, 8), 'YYYYMMDD') as day
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'run_event'::regclass
  loop
    if old.day < current_date - keep_days and not exists (
      select from run
      where run.state in ('running', 'waiting')
        and run.id >= uuid_v7_floor(old.day::timestamp at time zone 'UTC')
        and run.id < uuid_v7_floor((old.day + 1)::timestamp at time zone 'UTC')
    ) then
      execute format('drop table %I', old.relname);
    end if;
  end loop;
end
$$;

-- One row a tool call: requested, approved, started, then done, failed, denied or unknown. Never run twice by mistake.
create table run_item (
  run_id uuid not null references run on delete cascade,
  item_id text not null,
  owner_id uuid not null,
  tool text not null,
  title text not null,
  input jsonb not null,
  state text not null check (state in ('requested', 'approved', 'started', 'done', 'failed', 'denied', 'unknown')),
  -- Null where no person is asked.
  approval_id text,
  approval_expires_at timestamptz,
  -- What the model reads.
  content text,
  requested_at timestamptz not null default now(),
  settled_at timestamptz,
  primary key (run_id, item_id)
);
create unique index run_item_approval on run_item (approval_id) where approval_id is not null;

-- The ledger. Kept when its conversation is deleted: what was spent stays spent.
create table usage_entry (
  id uuid primary key,
  owner_id uuid not null,
  run_id uuid not null,
  conversation_id uuid not null,
  item text not null,
  attempt integer not null,
  kind text not null check (kind in ('model', 'tool')),
  name text not null,
  input_tokens integer not null default 0 check (input_tokens >= 0),
  output_tokens integer not null default 0 check (output_tokens >= 0),
  cached_tokens integer not null default 0 check (cached_tokens >= 0),
  reasoning_tokens integer not null default 0 check (reasoning_tokens >= 0),
  -- Counted by us because the model did not say, or was cut off.
  estimated boolean not null default false,
  -- False for an attempt that was lost with its worker: the person does not pay for it.
  charged boolean not null default true,
  duration_ms integer not null default 0,
  context_bytes integer not null default 0,
  created_at timestamptz not null default now(),
  unique (run_id, item, attempt)
);
create index usage_entry_of_person on usage_entry (owner_id, created_at);

create table idempotency_key (
  owner_id uuid not null references app_user on delete cascade,
  route text not null,
  key text not null,
  -- SHA-256 of the request's body: the same key with another body is refused.
  body_hash bytea not null,
  answer jsonb not null,
  created_at timestamptz not null default now(),
  primary key (owner_id, route, key)
);
create index idempotency_key_age on idempotency_key (created_at);

-- The definition of a tool as it was when somebody agreed to it.
create table mcp_tool_pin (
  server text not null,
  tool text not null,
  hash text not null,
  definition text not null,
  accepted_by uuid,
  accepted_at timestamptz not null default now(),
  primary key (server, tool)
);

-- Row-level security says a second time what every query says already: a person sees their own rows.
do $$
declare
  tenant record;
begin
  for tenant in
    select * from (values
      ('app_user', 'id'), ('session', 'user_id'), ('conversation', 'owner_id'), ('message', 'owner_id'),
      ('run', 'owner_id'), ('run_item', 'owner_id'), ('usage_entry', 'owner_id'), ('idempotency_key', 'owner_id')
    ) as t(name, owner)
  loop
    execute format('alter table %I enable row level security', tenant.name);
    execute format('alter table %I force row level security', tenant.name);
    execute format(
      'create policy own_rows on %I to ai_assistant_app using (%I = (select app_person())) with check (%I = (select app_person()))',
      tenant.name, tenant.owner, tenant.owner);
    execute format('create policy all_rows on %I to ai_assistant_system using (true) with check (true)', tenant.name);
  end loop;
end
$$;

alter table run_event enable row level security;
alter table run_event force row level security;
create policy own_rows on run_event to ai_assistant_app
  using (exists (select from run where run.id = run_event.run_id and run.owner_id = (select app_person())));
create policy all_rows on run_event to ai_assistant_system using (true) with check (true);

-- Finds conversations by words in titles and messages. A definer's function, because row-level security would keep the
-- trigram indexes from being used; so it filters by the person itself.
create function search_conversations(pattern text) returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
as $$
  select id from conversation where owner_id = app_person() and title ilike pattern
  union
  select conversation_id from message where owner_id = app_person() and words ilike pattern
$$;

grant usage on schema public to ai_assistant_app, ai_assistant_system;
grant select, insert, update, delete on
  conversation, message, run, run_item, usage_entry, idempotency_key to ai_assistant_app;
grant select, update on app_user to ai_assistant_app;
grant select, delete on session to ai_assistant_app;
grant select on run_event, mcp_tool_pin to ai_assistant_app;
grant select, insert, update, delete on all tables in schema public to ai_assistant_system;
revoke all on function maintain_run_event(integer), search_conversations(text) from public;
grant execute on function maintain_run_event(integer) to ai_assistant_system;
grant execute on function search_conversations(text) to ai_assistant_app;

select maintain_run_event(7);
