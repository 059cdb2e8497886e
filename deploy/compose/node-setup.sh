#!/bin/sh
# Runs in a container before the others of node.yaml: enrols the node once, and renders its relay's configuration each
# time. What the relay need not see (the node's NATS credentials) is in another volume than what it reads.
set -eu
umask 077
cd /var/lib/spillway

spillway() { node /app/main.js "$@"; }

write_addresses() {
  at=${TURN_EXTERNAL_IP:-$TURN_IP}:$TURN_PORT
  urls="turn:$at?transport=udp,turn:$at?transport=tcp"
  [ -z "$TLS_NAME" ] || urls="$urls,turns:$TLS_NAME:5349?transport=tcp"
  printf 'NODE_URLS=%s\nSTUN_CHECK=%s\n' "$urls" "$TURN_IP:$TURN_PORT" >address.env
}

render_relay() {
  if [ "${RELAY:-coturn}" = eturnal ]; then
    set -- eturnal --metrics --out /var/lib/relay/eturnal.yml
  else
    set -- coturn --coturn-version "$COTURN_VERSION" \
      --cli-port "$COTURN_CLI_PORT" --cli-password-file cli-password --out /var/lib/relay/turnserver.conf
  fi
  set -- "$@" --enrolled . --realm "$TURN_REALM" --listen-ip "$TURN_IP" --port "$TURN_PORT" \
    --min-port "$RELAY_MIN_PORT" --max-port "$RELAY_MAX_PORT"
  [ -z "$TURN_EXTERNAL_IP" ] || set -- "$@" --external-ip "$TURN_EXTERNAL_IP/$TURN_IP"
  # Several options in one variable.
  # shellcheck disable=SC2086
  spillway render "$@" $RENDER_OPTIONS
}

join=/etc/spillway/join
[ -n "$INSTANCE_ID" ] || unset INSTANCE_ID
[ ! -e $join/nats-ca.pem ] || cp $join/nats-ca.pem nats-ca.pem
spillway enrol --wait 24h --region "$REGION" --token-file $join/token
write_addresses
render_relay
chown -R 65532:65532 .
chown -R "${RELAY_USER:-65532:65532}" /var/lib/relay
