import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveNodeSecret } from '@spillway/turn';
import type { DemoNode } from './demo-fleet.js';
import type { SystemPlan } from './system-plan.js';

/** What the others need to know of a node's coturn. */
export interface CoturnFiles {
  readonly config: string;
  readonly pid: string;
  /** Of its command line interface, new for every start. */
  readonly cliPassword: string;
}

export function writeCoturnConfig({ state, turnAddress }: SystemPlan, node: DemoNode): CoturnFiles {
  const path = (extension: string) => join(state.coturn, `${node.nodeId}.${extension}`);
  const files = { config: path('conf'), pid: path('pid'), cliPassword: randomBytes(16).toString('hex') };
  const text = `listening-ip=${turnAddress}
relay-ip=${turnAddress}
listening-port=${node.turnPort}
min-port=${node.relayPorts.min}
max-port=${node.relayPorts.max}
realm=spillway
use-auth-secret
static-auth-secret=${deriveNodeSecret(readFileSync(state.masterSecretFile, 'utf8'), node.nodeId, 1)}
no-tls
no-dtls
cli-ip=127.0.0.1
cli-port=${node.cliPort}
cli-password=${files.cliPassword}
pidfile=${files.pid}
userdb=${path('sqlite')}
log-file=stdout
no-multicast-peers
denied-peer-ip=192.0.2.0-192.0.2.255
allowed-peer-ip=${turnAddress}
`;
  writeFileSync(files.config, text, { mode: 0o600 });
  return files;
}
