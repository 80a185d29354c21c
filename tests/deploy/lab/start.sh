#!/usr/bin/env bash
# Starts a Docker engine with the base images that the product's files name, where there is neither an engine nor a registry: a
# private dockerd in a network of its own, and images made of Debian's packages under the registry's names. They stand in for the
# published images, and show that our files work; they do not show that the published images do.
# Needs root on Debian. Usage: start.sh <folder> [node executable]; prints the engine's environment, NAME=value a line.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive DOCKER_BUILDKIT=1

lab=$(mkdir -p "$1" && cd "$1" && pwd)
node=${2:-$(command -v node)}
here=$(cd "$(dirname "$0")" && pwd)
namespace=ai-assistant-deploy
suite=trixie
export DOCKER_HOST=unix://$lab/docker.sock DOCKER_CONFIG=$lab/config
mkdir -p "$lab"/{config/cli-plugins,logs}

# The archive this machine installs from.
find_mirror() {
  # shellcheck disable=SC2016 # apt fills this in
  apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | head -n 1
}
mirror=$(find_mirror)
[ -n "$mirror" ] || { apt-get update -qq >&2 && mirror=$(find_mirror); }

say() { printf '%s\n' "$*" >&2; }

# Runs a command with its output in a log, shown where it fails.
quiet() {
  local log=$lab/logs/$1.log
  shift
  "$@" >"$log" 2>&1 || { tail -n 30 "$log" >&2; say "failed: $*"; return 1; }
}

install_engine() {
  local wanted=(docker.io debootstrap iproute2 iptables slirp4netns) missing=()
  for name in "${wanted[@]}"; do dpkg -s "$name" >/dev/null 2>&1 || missing+=("$name"); done
  [ ${#missing[@]} -eq 0 ] || { say "Installing ${missing[*]}"; quiet apt install_packages "${missing[@]}"; }
  [ -x "$lab/config/cli-plugins/docker-compose" ] || { say 'Fetching compose and buildx'; quiet plugins fetch_plugins; }
}

install_packages() {
  apt-get install -qq --no-install-recommends "$@" || { apt-get update -qq && apt-get install -qq --no-install-recommends "$@"; }
}

# Compose and buildx come from a newer Debian, by lists of their own: this machine's stay as they are.
fetch_plugins() (
  mkdir -p "$lab"/apt/{lists/partial,cache/archives/partial,debs}
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$lab/apt/sources.list"
  cat >"$lab/apt/apt.conf" <<CONF
Dir::State::Lists "$lab/apt/lists";
Dir::Cache "$lab/apt/cache";
Dir::Etc::SourceList "$lab/apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
APT::Sandbox::User "root";
CONF
  export APT_CONFIG=$lab/apt/apt.conf
  cd "$lab/apt/debs"
  apt-get update -qq
  apt-get download -qq docker-compose docker-buildx
  for package in ./*.deb; do dpkg -x "$package" unpacked; done
  find unpacked \( -name docker-compose -o -name docker-buildx \) -type f -exec install -m 755 {} "$lab/config/cli-plugins/" \;
)

# In a network namespace of its own, with a way out in user space: addresses, routes and filters of this machine stay untouched.
start_engine() {
  docker info >/dev/null 2>&1 && return
  ip netns list | grep -qw "$namespace" || ip netns add "$namespace"
  ip -n "$namespace" link set lo up
  if ! ip -n "$namespace" link show tap0 >/dev/null 2>&1; then
    setsid slirp4netns --netns-type=path --configure --mtu=1400 --disable-host-loopback "/run/netns/$namespace" tap0 \
      >"$lab/logs/network.log" 2>&1 </dev/null &
    echo $! >"$lab/network.pid"
  fi
  rm -f "$lab/docker.sock" "$lab/dockerd.pid"
  # nsenter, not `ip netns exec`: that one hides the control groups.
  setsid nsenter --net="/run/netns/$namespace" dockerd --host "$DOCKER_HOST" --data-root "$lab/data" --exec-root "$lab/exec" \
    --pidfile "$lab/dockerd.pid" >"$lab/logs/dockerd.log" 2>&1 </dev/null &
  for _ in $(seq 120); do
    docker info >/dev/null 2>&1 && return
    sleep 0.25
  done
  tail -n 20 "$lab/logs/dockerd.log" >&2
  return 1
}

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

make_base() {
  has_image ai-assistant-lab/debian && return
  say 'Making a small Debian'
  [ -e "$lab/root/.made" ] || { rm -rf "$lab/root"; quiet debootstrap debootstrap --variant=minbase --include=ca-certificates "$suite" "$lab/root" "$mirror"; }
  rm -rf "$lab/root"/var/cache/apt/* "$lab/root"/var/lib/apt/lists/* "$lab/root"/usr/share/{doc,man,locale}/*
  # No service is started by installing it.
  printf '#!/bin/sh\nexit 101\n' >"$lab/root/usr/sbin/policy-rc.d"
  chmod +x "$lab/root/usr/sbin/policy-rc.d"
  touch "$lab/root/.made"
  tar -C "$lab/root" -c . | docker import - ai-assistant-lab/debian >/dev/null
}

# make_image <tag> <target of the Dockerfile>
make_image() {
  has_image "$1" && return
  say "Making a stand-in for $1"
  quiet "$2" docker build --tag "$1" --target "$2" "$lab/context"
}

make_images() {
  mkdir -p "$lab/context/npm"
  cp "$here"/{Dockerfile,postgres-entrypoint.sh,trace-receiver.mjs} "$lab/context/"
  if ! has_image node:24-bookworm-slim; then
    cp "$node" "$lab/context/node"
    # What this machine trusts, so that npm in a container reaches what npm here reaches.
    cp /etc/ssl/certs/ca-certificates.crt "$lab/context/"
    quiet npm npm install --prefix "$lab/context/npm" --no-save --no-audit --no-fund --ignore-scripts npm@11
  fi
  side_by_side 'node:24-bookworm-slim node' 'pgvector/pgvector:pg17 postgres' 'redis:7-alpine redis' 'nginx:1.27-alpine nginx' \
    'prom/prometheus:v2.53.3 prometheus' 'prom/alertmanager:v0.28.1 alertmanager'
  side_by_side 'grafana/grafana:11.4.0 grafana' 'jaegertracing/all-in-one:1.62.0 jaeger'
}

side_by_side() {
  local pids=() image
  for image in "$@"; do
    # shellcheck disable=SC2086 # a tag and a target
    make_image $image &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
}

install_engine
start_engine
make_base
make_images >&2
echo "DOCKER_HOST=$DOCKER_HOST"
echo "DOCKER_CONFIG=$DOCKER_CONFIG"
echo "NETWORK_NAMESPACE=/run/netns/$namespace"
