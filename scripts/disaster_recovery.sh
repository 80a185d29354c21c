#!/usr/bin/env bash
# Puts the system back from a backup, and then looks at it: docs/operations.md says when and how. --help says more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'TEXT'
Usage: scripts/disaster_recovery.sh [<backup> | latest] [--dry-run] [--yes] [--namespace <name>] [--url <address>] [--redis <file>]
       scripts/disaster_recovery.sh --list | --back <database> [--namespace <name>]

Restores a backup (the latest, unless one is named) beside the live database, compares it row by row, and lets it take the live
one's place, which is kept; then asks the system at --url whether it is well. It works on what Compose runs here, on a cluster
with --namespace, else on what .env names. --dry-run changes nothing; --yes does not ask. --list tells which backups there are;
--back makes the database live again that a restore has put aside.

Redis needs no restoring: it holds wake-ups and limits alone. A snapshot named by --redis is accepted, and left where it is.
TEXT
}

backup=latest
back=
namespace=
url=
options=()
while (($# > 0)); do
  case $1 in
    -h | --help) usage && exit ;;
    --dry-run | --yes) options+=("$1") && shift ;;
    --list) backup= && shift ;;
    --back) back=${2:?--back takes the name of a database that was put aside} && shift 2 ;;
    --namespace) namespace=${2:?--namespace takes a name} && shift 2 ;;
    --url) url=${2:?--url takes an address} && shift 2 ;;
    --redis) echo "Redis comes back empty and needs no snapshot: ${2:?--redis takes a file} stays where it is" && shift 2 ;;
    -*) usage >&2 && exit 2 ;;
    *) backup=$1 && shift ;;
  esac
done
# Into a command of a manifest they go as they are.
[[ $backup$back =~ ^[a-z0-9_.]*$ ]] || { echo "No backup is called ${back:-$backup}" >&2 && exit 2; }
arguments=("${options[@]}")
if [[ -n $back ]]; then
  arguments=(--back "$back")
elif [[ -n $backup ]]; then
  arguments=("$backup" "${options[@]}")
else
  # Without a name it lists, and without a terminal it asks nothing.
  exec </dev/null
  arguments=()
fi

# In the cluster the CronJob's pod has the database, the keys and the volume: a Job of its own, with another command.
restore_in_cluster() {
  local job command='"scripts/restore.ts"' argument
  job=restore-$(date -u +%Y%m%d-%H%M%S)
  [[ -z $backup || -n $back || " ${options[*]-} " == *' --yes '* || " ${options[*]-} " == *' --dry-run '* ]] || { echo 'In a cluster nobody can be asked: add --yes or --dry-run' >&2 && exit 2; }
  for argument in "${arguments[@]}"; do command+=", \"$argument\""; done
  kubectl create job "$job" --namespace "$namespace" --from=cronjob/postgres-backup --dry-run=client --output json |
    sed "s#\"scripts/backup.ts\"#$command#" | kubectl apply --namespace "$namespace" --filename -
  # There is a log once its container runs; it ends when that does, well or not.
  for ((try = 0; try < 150; try++)); do
    if kubectl logs --namespace "$namespace" --follow "job/$job" 2>/dev/null; then break; fi
    sleep 2
  done
  kubectl wait --namespace "$namespace" --for=condition=complete --timeout=1m "job/$job"
}

if [[ -n $namespace ]]; then
  restore_in_cluster
elif command -v docker >/dev/null && [[ -n $(docker compose ps --quiet --status running postgres 2>/dev/null) ]]; then
  docker compose run --rm backup node scripts/restore.ts "${arguments[@]}"
else
  node scripts/in-runtime.mjs scripts/restore.ts "${arguments[@]}"
fi

if [[ -z $backup ]]; then exit; fi
if [[ -n $url ]]; then exec scripts/verify_deployment.sh ${namespace:+--namespace "$namespace"} "$url"; fi
echo 'Look at it now: npm run doctor, scripts/verify_deployment.sh <address>'
