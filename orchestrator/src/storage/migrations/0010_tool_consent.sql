-- What a person has allowed for good: a tool that only reads, as it was defined then. Another definition has another hash,
-- and nobody's consent.
create table tool_consent (
  owner_id uuid not null references app_user on delete cascade,
  -- `<server>__<tool>`.
  tool text not null,
  hash text not null,
  granted_at timestamptz not null default now(),
  primary key (owner_id, tool)
);
alter table tool_consent enable row level security;
alter table tool_consent force row level security;
create policy own_rows on tool_consent to ai_assistant_app
  using (owner_id = (select app_person())) with check (owner_id = (select app_person()));
create policy all_rows on tool_consent to ai_assistant_system using (true) with check (true);
grant select, insert, update, delete on tool_consent to ai_assistant_app, ai_assistant_system;

-- The hash of the definition a call was asked for with; null in calls from before. It runs with that one or not at all.
alter table run_item add column definition text;
