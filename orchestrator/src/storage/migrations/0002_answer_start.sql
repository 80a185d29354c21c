-- When each person started answers within the last hour: what the rate limits count. Kept apart from the runs, which go
-- with their conversation.
create table answer_start (
  owner_id uuid not null references app_user on delete cascade,
  started_at timestamptz not null
);
create index answer_start_recent on answer_start (owner_id, started_at desc);

alter table answer_start enable row level security;
alter table answer_start force row level security;
create policy own_rows on answer_start to ai_assistant_app
  using (owner_id = (select app_person())) with check (owner_id = (select app_person()));
create policy all_rows on answer_start to ai_assistant_system using (true) with check (true);
grant select, insert, delete on answer_start to ai_assistant_app, ai_assistant_system;
