-- What was done, by whom, to what. Only ever added to: no role of the application may change or delete an entry, and a
-- trigger refuses it to the tables' owner as well.
create table audit_entry (
  id uuid primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null check (actor in ('person', 'operator', 'system', 'anonymous')),
  -- No reference: an entry outlives the account it tells of.
  actor_id uuid check ((actor = 'person') = (actor_id is not null)),
  action text not null,
  object_type text,
  object_id text,
  address text,
  request_id text,
  details jsonb not null default '{}',
  -- Its place in the chain of hashes, dense from 1, and the hash; both null until it is sealed.
  position bigint unique,
  hash bytea,
  check ((position is null) = (hash is null))
);
create index audit_entry_unsealed on audit_entry (id) where position is null;
create index audit_entry_by_actor on audit_entry (actor_id, id) where actor_id is not null;
create index audit_entry_by_object on audit_entry (object_id, id) where object_id is not null;
create index audit_entry_by_action on audit_entry (action text_pattern_ops, id);

create function keep_audit_entry() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.position is null and new.position is not null
    and to_jsonb(new) - 'position' - 'hash' = to_jsonb(old) - 'position' - 'hash' then
    return new;
  end if;
  raise exception 'The audit log is only ever added to';
end
$$;
create trigger audit_entry_kept before update or delete on audit_entry for each row execute function keep_audit_entry();
create trigger audit_entry_not_emptied before truncate on audit_entry for each statement execute function keep_audit_entry();

-- Seals entries in the order given, behind the last one that is sealed. The only way to write into the chain.
create function seal_audit(ids uuid[], hashes bytea[]) returns void
  language sql security definer set search_path = public, pg_temp
as $$
  update audit_entry e set position = s.last + new.n, hash = new.hash
  from (select coalesce(max(position), 0) as last from audit_entry) s,
    unnest(ids, hashes) with ordinality as new (id, hash, n)
  where e.id = new.id
$$;

alter table audit_entry enable row level security;
alter table audit_entry force row level security;
create policy own_rows on audit_entry for insert to ai_assistant_app
  with check (actor = 'person' and actor_id = (select app_person()));
create policy all_rows on audit_entry to ai_assistant_system using (true) with check (true);
grant insert on audit_entry to ai_assistant_app;
grant select, insert on audit_entry to ai_assistant_system;
revoke all on function seal_audit(uuid[], bytea[]) from public;
grant execute on function seal_audit(uuid[], bytea[]) to ai_assistant_system;
