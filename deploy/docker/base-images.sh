#!/bin/sh
# The two images that everything else is built on, made without an image registry: spillway-base/debian from Debian's
# packages, spillway-base/node from that and the Node of this machine. Needs root, Docker, debootstrap, and npm.
# Safe to repeat; remove an image to have it made anew.
set -eu

SUITE=bookworm
DEBIAN=spillway-base/debian:$SUITE
NODE=spillway-base/node:20
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

say() { echo "base-images: $*"; }
fail() { say "$*" >&2; exit 1; }
is_there() { docker image inspect "$1" >/dev/null 2>&1; }

make_debian() {
  command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
  [ "$(id -u)" = 0 ] || fail "only root can run debootstrap"
  say "fetching Debian $SUITE"
  debootstrap --variant=minbase --include=ca-certificates "$SUITE" "$scratch/debian" >"$scratch/log" 2>&1 || {
    tail -n 20 "$scratch/log" >&2
    fail "debootstrap failed"
  }
  # Whom this machine trusts: downloads may come through a proxy that signs with a certificate of its own.
  cp "$CERTIFICATES" "$scratch/debian$CERTIFICATES"
  (cd "$scratch/debian" && rm -rf var/cache/apt/* var/lib/apt/lists/* usr/share/doc/* usr/share/locale/*)
  tar -C "$scratch/debian" -c . | docker import - "$DEBIAN" >/dev/null
}

make_node() {
  mkdir -p "$scratch/node/bin" "$scratch/node/lib/node_modules"
  cp "$(node -p process.execPath)" "$scratch/node/bin/node"
  cp -r "$(npm root --global)/npm" "$scratch/node/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$scratch/node/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$scratch/node/bin/npx"
  printf 'FROM %s\nENV NODE_EXTRA_CA_CERTS=%s\nCOPY . /usr/local/\n' "$DEBIAN" "$CERTIFICATES" |
    docker build --quiet --tag "$NODE" --file - "$scratch/node" >/dev/null
}

docker version >/dev/null 2>&1 || fail "Docker does not answer: start dockerd"
scratch=$(mktemp -d)
chmod 755 "$scratch" # debootstrap's folder becomes /, and not all who look at it are root
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM HUP
is_there "$DEBIAN" || make_debian
is_there "$NODE" || make_node
say "$DEBIAN and $NODE: node $(docker run --rm --network=none "$NODE" node --version)"
