-- What a database needs before its migrations: extensions, and the two roles that row-level security binds.
-- Run by the official PostgreSQL images on a new data directory (/docker-entrypoint-initdb.d) and by scripts/init_db.ts, as
-- the role that the orchestrator logs in with. May be run again at any time.

create extension if not exists pg_trgm;

do $$
begin
  -- For search by meaning, where the server has it; nothing else needs it.
  if exists (select from pg_available_extensions where name = 'vector') then
    begin
      create extension if not exists vector;
    exception when insufficient_privilege then
      raise notice 'The extension vector is available, but this role may not install it';
    end;
  end if;
end
$$;

-- ai_assistant_app serves one person at a time; ai_assistant_system runs the journal, takeover, sign-in and jobs.
-- Neither can log in, own anything or bypass row-level security; the login role takes them on in each transaction.
do $$
declare
  name text;
  -- PostgreSQL 16 and later tell membership from the right to `set role`; who creates a role there has only the former.
  needed text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
begin
  foreach name in array array['ai_assistant_app', 'ai_assistant_system'] loop
    if not exists (select from pg_roles where rolname = name) then
      begin
        execute format('create role %I nologin nobypassrls', name);
      exception when duplicate_object or unique_violation then
        raise notice 'Another session has just created %', name;
      end;
    end if;
    if not pg_has_role(current_user, name, needed) then
      execute format('grant %I to %I', name, current_user);
    end if;
  end loop;
end
$$;
