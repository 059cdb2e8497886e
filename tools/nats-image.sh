#!/bin/sh
# Builds the Docker image spillway-test/nats:local from Debian's nats-server, for machines that reach no image registry.
# Run the tests in it with: NATS_IMAGE=spillway-test/nats:local TESTCONTAINERS_RYUK_DISABLED=true npm test
# Safe to repeat; remove the image to have it built anew. Needs root, docker.io and debootstrap.
set -eu

IMAGE=spillway-test/nats:local
SUITE=bookworm
DOCKERD_LOG=${TMPDIR:-/tmp}/spillway-dockerd.log
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

say() { echo "nats-image: $*"; }
fail() { say "$*" >&2; exit 1; }

need() {
  command -v "$1" >/dev/null || fail "$1 is missing: apt-get install $2"
}

docker_answers() { docker version >/dev/null 2>&1; }

ensure_dockerd() {
  if docker_answers; then return; fi
  [ "$(id -u)" = 0 ] || fail "Docker does not answer and only root can start it: start it, or run this as root"
  need dockerd docker.io
  say "starting dockerd (log: $DOCKERD_LOG)"
  # Away from this script's pipes and terminal, so that whoever waits for its output does not wait for the daemon.
  setsid dockerd >"$DOCKERD_LOG" 2>&1 </dev/null &
  for _ in $(seq 60); do
    if docker_answers; then return; fi
    sleep 1
  done
  tail -n 5 "$DOCKERD_LOG" >&2
  fail "dockerd did not answer within 60 s"
}

build() {
  [ "$(id -u)" = 0 ] || fail "only root can run debootstrap"
  need debootstrap debootstrap
  root=$(mktemp -d)
  chmod 755 "$root" # it becomes / and the server need not run as root
  trap 'rm -rf "$root"' EXIT
  say "fetching Debian $SUITE with nats-server"
  debootstrap --variant=minbase --include=nats-server "$SUITE" "$root" >"$root.log" 2>&1 || {
    tail -n 20 "$root.log" >&2
    fail "debootstrap failed (log: $root.log)"
  }
  rm -rf "$root.log" "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/*
  say "importing $(du -sh "$root" | cut -f1) as $IMAGE"
  tar -C "$root" -c . | docker import --change 'ENTRYPOINT ["nats-server"]' - "$IMAGE" >/dev/null
}

need docker docker.io
ensure_dockerd
if docker image inspect "$IMAGE" >/dev/null 2>&1; then
  say "$IMAGE is there already"
else
  build
fi
say "$(docker run --rm --network=none "$IMAGE" --version)"
