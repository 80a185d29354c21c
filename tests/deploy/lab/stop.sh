#!/usr/bin/env bash
# Stops the engine that start.sh started in this folder. Its images stay, for the next time. Usage: stop.sh <folder>
set -euo pipefail

for name in dockerd network; do
  file=$1/$name.pid
  [ -s "$file" ] || continue
  pid=$(cat "$file")
  kill "$pid" 2>/dev/null || continue
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  rm -f "$file"
done
ip netns delete ai-assistant-deploy 2>/dev/null || true
