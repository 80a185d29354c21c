#!/bin/sh
# Makes the passwords and keys of the Compose deployment in secrets/, once: what is there is kept.
# The service `setup` of docker-compose.yml runs it at each start; it may be run by hand as well.
set -eu

if [ $# -gt 0 ]; then
  echo "Usage: scripts/make_secrets.sh
Fills secrets/ with a password or key for each service of docker-compose.yml. What is there is kept."
  [ "$1" = --help ] || [ "$1" = -h ] || exit 2
  exit 0
fi

cd "$(dirname "$0")/../secrets"
made=0

# 256 bits, in letters that need no escaping anywhere.
random() { od -An -vtx1 -N32 /dev/urandom | tr -d ' \n'; }

# write <file> <value>: whole or not at all.
write() {
  mkdir -p "$(dirname "$1")"
  rm -f "$1.new"
  printf '%s' "$2" >"$1.new"
  # The folder above is closed to other users of this machine; inside a container each image has a user of its own.
  chmod 444 "$1.new"
  mv "$1.new" "$1"
}

# keep <file>: makes it where it is missing.
keep() {
  if [ -s "$1" ]; then return; fi
  write "$1" "$(random)"
  made=$((made + 1))
}

# follow <file> <value>: makes it say this.
follow() {
  if [ ! -s "$1" ] || [ "$(cat "$1")" != "$2" ]; then write "$1" "$2"; fi
}

chmod 700 .
for name in secret_key jwt_secret_key redis_password mcp_service_token metrics_token; do keep "orchestrator/$name"; done
for name in superuser_password login_password; do keep "postgres/$name"; done
keep grafana/admin_password

follow orchestrator/database_url "postgresql://ai_assistant:$(cat postgres/login_password)@postgres:5432/ai_assistant"
follow redis/redis.conf "requirepass $(cat orchestrator/redis_password)"
follow mcp_example/mcp_service_token "$(cat orchestrator/mcp_service_token)"
for service in frontend mcp_example prometheus; do follow "$service/metrics_token" "$(cat orchestrator/metrics_token)"; done

# In a container this runs as root; the files belong to whoever owns the folder.
if [ "$(id -u)" = 0 ]; then chown -R "$(stat -c %u:%g .)" .; fi
if [ "$made" -gt 0 ]; then echo "Made $made passwords and keys in secrets/: keep a copy of the folder, apart from your backups: nothing opens them without it."; fi
