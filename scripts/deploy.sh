#!/usr/bin/env bash
# Rolls a release out to a cluster, waits, verifies it from outside, and rolls back where it is not right.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'HELP'
Usage: scripts/deploy.sh --overlay <name> [options]

Applies k8s/overlays/<name> to the cluster that kubectl talks to, waits for its Jobs and rollouts, and verifies it. Where
something fails, the Deployments go back to what they were, and it ends with 1. May be run again at any time.

  --images <prefix>    where the images are: <prefix>/orchestrator, /frontend and /mcp-example; as in the overlay without it
  --tag <tag>          their tag; as in the overlay without it
  --url <address>      what scripts/verify_deployment.sh looks at; without it, nothing is looked at from outside
  --timeout <seconds>  how long the rollout of one Deployment may take (600)
HELP
}

overlay='' images='' tag='' url='' timeout=600
while (($# > 0)); do
  case $1 in
    --help | -h) usage && exit 0 ;;
    --overlay) overlay=$2 && shift 2 ;;
    --images) images=$2 && shift 2 ;;
    --tag) tag=$2 && shift 2 ;;
    --url) url=$2 && shift 2 ;;
    --timeout) timeout=$2 && shift 2 ;;
    *) usage >&2 && exit 2 ;;
  esac
done
if [[ -z $overlay || ! -d k8s/overlays/$overlay ]]; then
  echo "--overlay names none of: $(cd k8s/overlays && echo *)" >&2
  exit 2
fi

deployments=(orchestrator frontend mcp-example)
release=$(mktemp -d k8s/overlays/release-XXXXXX)
trap 'rm -rf "$release"' EXIT
{
  printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ../%s\nimages:\n' "$overlay"
  for name in "${deployments[@]}"; do
    printf '  - name: ai-assistant/%s\n' "$name"
    if [[ -n $images ]]; then printf '    newName: %s/%s\n' "$images" "$name"; fi
    if [[ -n $tag ]]; then printf "    newTag: '%s'\n" "$tag"; fi
  done
} >"$release/kustomization.yaml"
[[ -n $images || -n $tag ]] || sed -i '/^images:/,$d' "$release/kustomization.yaml"
namespace=$(kubectl kustomize "$release" | awk '/^kind: Namespace$/ {found=1} found && /^  name: / {print $2; exit}')

before=()
for name in "${deployments[@]}"; do
  if kubectl get deployment "$name" -n "$namespace" >/dev/null 2>&1; then before+=("$name"); fi
done

rollback() {
  echo "Not right: $1" >&2
  for name in "${before[@]}"; do kubectl rollout undo "deployment/$name" -n "$namespace" || true; done
  for name in "${before[@]}"; do
    kubectl rollout status "deployment/$name" -n "$namespace" --timeout="${timeout}s" || true
  done
  echo "Rolled back: ${before[*]:-nothing was there before}" >&2
  exit 1
}

# A Job cannot be changed: those of the release before make room for this one's.
kubectl delete job make-secrets migrate -n "$namespace" --ignore-not-found
kubectl apply -k "$release" || rollback 'the cluster refuses the manifests'
kubectl wait --for=condition=complete job/migrate -n "$namespace" --timeout="${timeout}s" || rollback 'the database could not be migrated'
for name in "${deployments[@]}"; do
  kubectl rollout status "deployment/$name" -n "$namespace" --timeout="${timeout}s" || rollback "the rollout of $name did not end"
done
if [[ -n $url ]]; then
  scripts/verify_deployment.sh --namespace "$namespace" "$url" || rollback "$url is not as it should be"
fi
echo "Rolled out: ${deployments[*]} in $namespace"
