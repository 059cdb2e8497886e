#!/bin/sh
# Packs what a TURN node needs of a checkout that is built: deploy/cloud-init/pack.sh spillway.tar.gz
set -eu
out=$(realpath -m "$1")
cd "$(dirname "$0")/../.."
root=$(pwd -P)
if [ ! -e apps/cli/dist/main.js ]; then
  echo 'pack.sh: not built yet: npm ci && npm run build' >&2
  exit 1
fi

# Databases of places are for routers.
modules() {
  npm ls --all --parseable --omit=dev --workspace @spillway/cli --workspace @spillway/reporter |
    sed -n "s#^$root/\(.*node_modules/\)#\1#p" | grep -v '^node_modules/@ip-location-db/'
}
ours() {
  find apps libs -name node_modules -prune -o '(' -name package.json -o -name bin -o -name dist ')' -print -prune
}

{ modules; ours; printf '%s\n' package.json deploy/systemd docs/enrolment.md; } | sort --unique |
  tar --create --gzip --owner=0 --group=0 --files-from=- --file="$out"
sha256sum "$out"
