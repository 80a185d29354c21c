-- What programs call with, in a person's name: API keys, and tokens made from a key or a session.

create table api_key (
  id uuid primary key,
  user_id uuid not null references app_user on delete cascade,
  name text not null,
  -- The key's first characters: by these it is found, and told apart by its person.
  prefix text not null unique,
  -- SHA-256 of the key, sealed: compared, never looked up by, so that another SECRET_KEY can seal it anew.
  sealed_hash text not null,
  scopes text[] not null check (scopes <@ array['chat', 'read', 'admin'] and cardinality(scopes) > 0),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz
);
create index api_key_of_person on api_key (user_id, created_at desc);

-- The tokens that came of one exchange. They end together, and with the key or session they were made from.
create table token_family (
  id uuid primary key,
  user_id uuid not null references app_user on delete cascade,
  key_id uuid references api_key on delete cascade,
  session_hash bytea references session on delete cascade on update cascade,
  scopes text[] not null check (scopes <@ array['chat', 'read', 'admin'] and cardinality(scopes) > 0),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  check (num_nonnulls(key_id, session_hash) = 1)
);
create index token_family_of_person on token_family (user_id);
create index token_family_of_key on token_family (key_id) where key_id is not null;
create index token_family_of_session on token_family (session_hash) where session_hash is not null;

create table refresh_token (
  token_hash bytea primary key,
  family_id uuid not null references token_family on delete cascade,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- Exchanged for the next one.
  used_at timestamptz
);
create index refresh_token_of_family on refresh_token (family_id);

do $$
declare
  name text;
begin
  foreach name in array array['api_key', 'token_family', 'refresh_token'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy own_rows on %I to ai_assistant_app using (user_id = (select app_person())) with check (user_id = (select app_person()))',
      name);
    execute format('create policy all_rows on %I to ai_assistant_system using (true) with check (true)', name);
  end loop;
end
$$;

grant select, insert, delete on api_key to ai_assistant_app;
grant select, insert, update, delete on api_key, token_family, refresh_token to ai_assistant_system;
