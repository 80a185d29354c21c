#!/usr/bin/env bash
# Runs once, on a new data directory: the orchestrator logs in as a role that is no superuser and owns one database.
# It may make others: a backup is proven in one, and restored into one.
set -euo pipefail
# In a file and not on a command line, where other processes could read it.
psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<SQL
\set password \`cat /run/postgres-secret/app-password\`
create role ai_assistant login createrole createdb nobypassrls password :'password';
alter database :"DBNAME" owner to ai_assistant;
-- Only a superuser may install it.
create extension if not exists vector;
SQL
