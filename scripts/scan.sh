#!/usr/bin/env bash
# Looks for secrets in the history, for known faults in what we depend on, and for both in an image.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'HELP'
Usage: scripts/scan.sh secrets | dependencies | image <reference>

  secrets       no secret is in any commit (gitleaks, in Docker or on the PATH)
  dependencies  no known fault of high severity is in what the servers depend on (npm audit)
  image         no fault of high severity that can be mended is in the image (Grype, in Docker or on the PATH)
HELP
}

# tool <name> <image> <arguments…>: the program of the machine, else its image, which may read this folder and the logins.
tool() {
  local name=$1 image=$2
  shift 2
  if command -v "$name" >/dev/null; then
    "$name" "$@"
  else
    docker run --rm --volume "$PWD:/src:ro" --volume "${DOCKER_CONFIG:-$HOME/.docker}:/docker:ro" --env DOCKER_CONFIG=/docker \
      --workdir /src "$image" "$@"
  fi
}

case ${1:-} in
  --help | -h) usage ;;
  secrets) tool gitleaks ghcr.io/gitleaks/gitleaks:v8.29.1 detect --source . --redact --no-banner ;;
  dependencies) npm audit --omit=dev --audit-level=high ;;
  image) tool grype anchore/grype:v0.104.1 "registry:${2:?names no image}" --only-fixed --fail-on high ;;
  *) usage >&2 && exit 2 ;;
esac
