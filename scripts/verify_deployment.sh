#!/usr/bin/env bash
# Looks at a running system from the outside, talks to it, and tells what is right and what is not. --help says more.
set -euo pipefail
exec node "$(dirname "$0")/in-runtime.mjs" "$(dirname "$0")/verify_deployment.ts" "$@"
