import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveNodeSecret } from '@spillway/turn';
import { renderCoturn } from '../render/coturn.js';
import type { DemoNode } from './demo-fleet.js';
import { StartError } from './start-error.js';
import type { SystemPlan } from './system-plan.js';

/** What the others need to know of a node's coturn. */
export interface CoturnFiles {
  readonly config: string;
  readonly pid: string;
  /** Of its command line interface, new for every start. */
  readonly cliPassword: string;
}

/** @throws {StartError} when the installed coturn does not say its version. */
export function writeCoturnConfigs(plan: SystemPlan): (readonly [DemoNode, CoturnFiles])[] {
  const version = readVersion(plan.programs.turnserver);
  return plan.fleet.map((node) => [node, writeCoturnConfig(plan, node, version)]);
}

function writeCoturnConfig({ state, turnAddress }: SystemPlan, node: DemoNode, version: string): CoturnFiles {
  const path = (extension: string) => join(state.coturn, `${node.nodeId}.${extension}`);
  const files = { config: path('conf'), pid: path('pid'), cliPassword: randomBytes(16).toString('hex') };
  const text = renderCoturn({
    version,
    nodeId: node.nodeId,
    secret: deriveNodeSecret(readFileSync(state.masterSecretFile, 'utf8'), node.nodeId, SECRET_EPOCH),
    realm: 'spillway.demo',
    listenIps: [turnAddress],
    externalIps: [],
    port: node.turnPort,
    relayPorts: node.relayPorts,
    // Two browsers on this machine reach each other through one relay.
    allowedPeers: [turnAddress],
    hasMetrics: false,
    cli: { port: node.cliPort, password: files.cliPassword },
    pidFile: files.pid,
    database: path('sqlite'),
  });
  writeFileSync(files.config, text, { mode: 0o600 });
  return files;
}

/** What a reporter says unless told. */
const SECRET_EPOCH = 1;

function readVersion(turnserver: string): string {
  const output = execFileSync(turnserver, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const version = /\d+\.\d+(\.\d+)?/.exec(output)?.[0];
  if (version === undefined) throw new StartError(`${turnserver} --version names no version`);
  return version;
}
