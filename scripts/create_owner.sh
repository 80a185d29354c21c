#!/usr/bin/env bash
# Prints a link that signs its holder in as the owner: of the system that Compose runs here, else of the one that .env names.
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v docker >/dev/null && [[ -n $(docker compose ps --quiet --status running orchestrator 2>/dev/null) ]]; then
  exec docker compose exec -T orchestrator node scripts/create_owner.ts "$@"
fi
exec node scripts/in-runtime.mjs scripts/create_owner.ts "$@"
