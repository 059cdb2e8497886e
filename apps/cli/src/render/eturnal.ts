import { isIPv4, isIPv6 } from 'node:net';
import { DENIED_PEERS, type NodeConfig } from '@spillway/local-nodes';
import { stringify } from 'yaml';

/** Eturnal's own port for it. */
const EXPORTER_PORT = 8081;

/** The whole of an eturnal.yml, for eturnal 1.12 and newer: older ones do not tell peers from clients. */
export function renderEturnal(config: NodeConfig): string {
  const { nodeId, secret, earlierSecrets = [], realm, relayPorts, tls, allowedPeers, hasMetrics } = config;
  const addresses = [...config.externalIps.map((ip) => ip.split('/')[0] ?? ip), ...config.listenIps];
  const relayAddresses = {
    relay_ipv4_addr: addresses.find((ip) => isIPv4(ip)),
    relay_ipv6_addr: addresses.find((ip) => isIPv6(ip)),
  };
  const eturnal = {
    secret: earlierSecrets.length > 0 ? [secret, ...earlierSecrets] : secret,
    realm,
    listen: listeners(config),
    ...relayAddresses,
    relay_min_port: relayPorts.min,
    relay_max_port: relayPorts.max,
    ...(tls && { tls_crt_file: tls.certFile, tls_key_file: tls.keyFile }),
    blacklist_peers: DENIED_PEERS.flatMap(({ networks }) => networks),
    ...(allowedPeers.length > 0 && { whitelist_peers: allowedPeers }),
    log_dir: 'stdout',
    modules: {
      mod_log_stun: {},
      ...(hasMetrics && {
        mod_stats_prometheus: { ip: '127.0.0.1', port: EXPORTER_PORT, tls: false, vm_metrics: false },
      }),
    },
  };
  const heading = `# ${nodeId}, for eturnal 1.12. Holds the node's secret: keep it from other users.`;
  return `${heading}\n${stringify({ eturnal })}`;
}

function listeners({ listenIps, port, tls }: NodeConfig) {
  return listenIps.flatMap((ip) => [
    { ip, port, transport: 'udp', enable_turn: true },
    { ip, port, transport: 'tcp', enable_turn: true },
    ...(tls ? [{ ip, port: tls.port, transport: 'tls', enable_turn: true }] : []),
  ]);
}
