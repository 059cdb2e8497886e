#!/bin/sh
# Runs in a container before all others: keys and secrets once, the relay's configuration each time.
set -eu
umask 077
cd /secrets

spillway() { node /app/main.js "$@"; }
random() { node --print 'crypto.randomBytes(32).toString("base64url")'; }

make_keys() {
  rm -rf keys/nats
  spillway keys init --keys keys/nats
  spillway keys router router-1 --keys keys/nats --out router/router.creds --force
  spillway keys autoscaler autoscaler-1 --keys keys/nats --out autoscaler/autoscaler.creds --force
  spillway keys operator compose --keys keys/nats --out operator/operator.creds --force
  cp keys/nats/nats/accounts.conf nats/accounts.conf
  random >keys/master-secret
  cp keys/master-secret router/master-secret
  random >node/cli-password
  random >operator/api-key
  node --print '
    const key = fs.readFileSync("operator/api-key", "utf8").trim();
    const sha256 = crypto.createHash("sha256").update(key).digest("hex");
    JSON.stringify([{ name: "compose", sha256, scopes: ["issue", "on-behalf", "admin"] }])
  ' >router/api-keys.json
  touch keys/complete
}

# Credentials are for one node of one region.
make_node_credentials() {
  spillway keys node "$REGION/$NODE_ID" --keys keys/nats --out node/node.creds --force
  echo "$REGION/$NODE_ID" >node/identity
}

render_relay() {
  set -- --node "$NODE_ID" --realm "$TURN_REALM" --listen-ip "$TURN_IP" --port "$TURN_PORT" \
    --min-port "$RELAY_MIN_PORT" --max-port "$RELAY_MAX_PORT" --coturn-version "$COTURN_VERSION" \
    --cli-port 5766 --cli-password "$(cat node/cli-password)" --out node/turnserver.conf
  [ -z "$TURN_EXTERNAL_IP" ] || set -- "$@" --external-ip "$TURN_EXTERNAL_IP"
  [ -z "$ALLOW_PEER" ] || set -- "$@" --allow-peer "$ALLOW_PEER"
  rm -f node/turnserver.conf
  TURN_MASTER_SECRET_FILE=keys/master-secret spillway render coturn "$@"
}

[ -e keys/complete ] || make_keys
[ "$(cat node/identity 2>/dev/null)" = "$REGION/$NODE_ID" ] || make_node_credentials
render_relay
chown -R 65532:65532 nats router autoscaler node operator /data/nats /data/prometheus
