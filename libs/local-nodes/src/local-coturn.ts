import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveNodeSecret } from '@spillway/turn';
import { LocalNodeError } from './local-node-error.js';
import { renderCoturn } from './render-coturn.js';

/** A node of this machine: which ports its coturn and its reporter take. */
export interface LocalNode {
  readonly region: string;
  readonly nodeId: string;
  /** Address it listens and relays on. */
  readonly turnAddress: string;
  readonly turnPort: number;
  /** Of coturn's command line interface, on loopback. */
  readonly cliPort: number;
  /** Of its reporter's `/metrics` and `/healthz`, on loopback. */
  readonly reporterPort: number;
  readonly relayPorts: { readonly min: number; readonly max: number };
}

/** What the others need to know of a node's coturn. */
export interface CoturnFiles {
  readonly config: string;
  readonly pid: string;
  /** Of its command line interface, new for every start. */
  readonly cliPassword: string;
}

export interface CoturnOptions {
  /** Of the coturn that is installed, as `coturnVersion` tells it. */
  readonly version: string;
  readonly realm: string;
  readonly masterSecret: string;
  /** Files are called `<name>.conf`, `.pid`, `.sqlite` in this folder. */
  readonly folder: string;
  readonly name: string;
}

/** What a reporter says unless told. */
const SECRET_EPOCH = 1;

/** So that `spillway explain` can be asked about a line of its log. */
const SAYS_WHO = '# Writes of every allocation whose it is.\nverbose\n';

export function writeCoturnConfig(node: LocalNode, options: CoturnOptions): CoturnFiles {
  const path = (extension: string) => join(options.folder, `${options.name}.${extension}`);
  const files = { config: path('conf'), pid: path('pid'), cliPassword: randomBytes(16).toString('hex') };
  const text = renderCoturn({
    version: options.version,
    nodeId: node.nodeId,
    secret: deriveNodeSecret(options.masterSecret, node.nodeId, SECRET_EPOCH),
    realm: options.realm,
    listenIps: [node.turnAddress],
    externalIps: [],
    port: node.turnPort,
    relayPorts: node.relayPorts,
    // Two browsers on this machine reach each other through one relay.
    allowedPeers: [node.turnAddress],
    hasMetrics: false,
    cli: { port: node.cliPort, password: files.cliPassword },
    pidFile: files.pid,
    database: path('sqlite'),
  });
  writeFileSync(files.config, `${text}\n${SAYS_WHO}`, { mode: 0o600 });
  return files;
}

/** @throws {LocalNodeError} when the installed coturn does not say its version. */
export function coturnVersion(turnserver: string): string {
  const output = execFileSync(turnserver, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const version = /\d+\.\d+(\.\d+)?/.exec(output)?.[0];
  if (version === undefined)
    throw new LocalNodeError('no-version', `${turnserver} --version names no version`);
  return version;
}
