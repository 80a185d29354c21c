-- People beside the owner: passwords, identities at other providers, invitations, and sessions that a person can see.

-- Null while nobody has shown that the address is theirs.
alter table app_user add column email_verified_at timestamptz;

alter table session
  -- What a person calls the session by; the cookie's value is known to the browser alone.
  add column id uuid not null default gen_random_uuid(),
  add column address text not null default '',
  add column means text not null default 'link';
create unique index session_id on session (id);

-- Argon2id in the PHC string format. Apart from the person, so that no query of people ever reads it by chance.
create table password_hash (
  user_id uuid primary key references app_user on delete cascade,
  hash text not null,
  changed_at timestamptz not null default now()
);

-- Who a person is elsewhere: the issuer's own, never-changing subject; the address is for showing alone.
create table identity (
  id uuid primary key,
  user_id uuid not null references app_user on delete cascade,
  issuer text not null,
  subject text not null,
  label text not null default '',
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  unique (issuer, subject)
);
create index identity_of_person on identity (user_id);

create table invitation (
  id uuid primary key,
  code_hash bytea not null unique,
  email text,
  role text not null check (role in ('admin', 'member')),
  -- The link went to the address alone: whoever holds it has shown that the address is theirs.
  mailed boolean not null default false,
  invited_by uuid references app_user on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index invitation_by on invitation (invited_by);

-- The address a code was sent to, which using it proves.
alter table sign_in_code add column email text;
alter table sign_in_code drop constraint sign_in_code_purpose_check;
alter table sign_in_code add constraint sign_in_code_purpose_check
  check (purpose in ('owner', 'sign-in', 'invitation', 'reset', 'sign-up', 'email'));
create index sign_in_code_of_person on sign_in_code (user_id) where user_id is not null;

-- A browser on its way to another provider and back.
create table oauth_attempt (
  token_hash bytea primary key,
  provider text not null,
  -- Who adds a further identity; null where somebody signs in.
  user_id uuid references app_user on delete cascade,
  invitation_hash bytea,
  expires_at timestamptz not null
);
create index oauth_attempt_of_person on oauth_attempt (user_id) where user_id is not null;

-- Tries that the limits on guessing count. The key is a keyed hash: nobody's address is kept here.
create table sign_in_try (
  id uuid primary key,
  key_hash bytea not null,
  tried_at timestamptz not null default clock_timestamp()
);
create index sign_in_try_recent on sign_in_try (key_hash, tried_at desc);
create index sign_in_try_age on sign_in_try (tried_at);

do $$
declare
  tenant record;
begin
  for tenant in
    select * from (values ('password_hash', 'user_id'), ('identity', 'user_id'), ('oauth_attempt', 'user_id'))
      as t(name, owner)
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

grant select, delete on identity to ai_assistant_app;
grant select, insert, update, delete on
  password_hash, identity, invitation, oauth_attempt, sign_in_try to ai_assistant_system;
