#!/usr/bin/env bash
# What the published image does with POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD_FILE and /docker-entrypoint-initdb.d.
set -euo pipefail

if [ "${1:-}" != postgres ]; then exec "$@"; fi
sockets=/var/run/postgresql

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" "$sockets"
  chown -R postgres "$PGDATA" "$sockets"
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl --wait --options="-c listen_addresses='' -k $sockets" start >/dev/null
  [ "$POSTGRES_DB" = postgres ] || createdb --host="$sockets" --username="$POSTGRES_USER" "$POSTGRES_DB"
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) "$file" ;;
      *.sql) psql --host="$sockets" --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=ON_ERROR_STOP=1 --file="$file" ;;
    esac
  done
  pg_ctl --wait --mode=fast stop >/dev/null
fi

exec postgres -c listen_addresses='*' -c unix_socket_directories="$sockets"
