#!/usr/bin/env bash
# Run once by the PostgreSQL image on a new data directory, after init.sql: the role that the orchestrator logs in with. It
# owns the database and nothing else; it is no superuser, and cannot make roles or read files of the server. It may make
# databases: a backup is proven in one, and restored into one.
set -euo pipefail

psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 --quiet <<'SQL'
\set password `cat /run/secrets/login_password`
create role ai_assistant login createdb password :'password';
grant ai_assistant_app, ai_assistant_system to ai_assistant;
select format('alter database %I owner to ai_assistant', current_database()) \gexec
SQL
