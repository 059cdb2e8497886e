import { isIP } from 'node:net';
import type { NodeConfig } from '@spillway/local-nodes';
import { InvalidArgumentError, type Command } from 'commander';
import { parseInteger } from '../options.js';
import { addSecretOptions, readNodeSecrets, type SecretSource } from './secret-options.js';
import { UsageError } from '../usage-error.js';

/** The options both servers have, as commander gives them. */
export interface RenderOptions extends SecretSource {
  realm: string;
  listenIp: string[];
  externalIp?: string[];
  port: number;
  tlsPort?: number;
  cert?: string;
  key?: string;
  minPort: number;
  maxPort: number;
  allowPeer?: string[];
  metrics?: true;
  out?: string;
}

/** Of TURN over TLS, RFC 8656 §19. */
const DEFAULT_TLS_PORT = 5349;

export function addRenderOptions(command: Command): Command {
  return addOutOption(addSecretOptions(command))
    .requiredOption('--realm <name>', 'TURN realm, such as turn.example.org', parsePlainText)
    .requiredOption(
      '--listen-ip <ip>',
      'address of this machine to listen and relay on; repeatable',
      parseIps,
    )
    .option(
      '--external-ip <ip>',
      'public address behind NAT: public, or public/private; repeatable',
      parseIpPairs,
    )
    .option('--port <port>', 'UDP and TCP port', parsePort, 3478)
    .option('--tls-port <port>', `TLS port; needs --cert and --key (default: ${DEFAULT_TLS_PORT})`, parsePort)
    .option('--cert <file>', 'certificate chain, PEM', parsePlainText)
    .option('--key <file>', 'private key, PEM', parsePlainText)
    .option('--min-port <port>', 'first relay port', parsePort, 49_152)
    .option('--max-port <port>', 'last relay port', parsePort, 65_535)
    .option(
      '--allow-peer <ip>',
      'relay to this private or reserved address all the same; repeatable',
      parseIps,
    )
    .option('--metrics', 'run the Prometheus exporter, on loopback');
}

export function addOutOption(command: Command): Command {
  return command.option(
    '--out <file>',
    'write there, readable for its owner alone, instead of to the terminal',
  );
}

export function toNodeConfig(options: RenderOptions): NodeConfig {
  const { realm, port, tlsPort, cert, key, minPort, maxPort } = options;
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('give --cert and --key together');
  if (tlsPort !== undefined && cert === undefined) {
    throw new UsageError(`--tls-port ${tlsPort} needs --cert and --key`);
  }
  if (minPort > maxPort) throw new UsageError(`--min-port ${minPort} is above --max-port ${maxPort}`);
  if (minPort <= port && port <= maxPort) {
    throw new UsageError(`--port ${port} is one of the relay ports, ${minPort} to ${maxPort}`);
  }
  return {
    ...readNodeSecrets(options),
    realm,
    listenIps: [...new Set(options.listenIp)],
    externalIps: options.externalIp ?? [],
    port,
    tls:
      cert === undefined || key === undefined
        ? undefined
        : { port: tlsPort ?? DEFAULT_TLS_PORT, certFile: cert, keyFile: key },
    relayPorts: { min: minPort, max: maxPort },
    allowedPeers: options.allowPeer ?? [],
    hasMetrics: options.metrics ?? false,
  };
}

export function parsePort(text: string): number {
  const port = parseInteger(text);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port, 1 to 65535.');
  return port;
}

/** Nothing that could end a line or a value in a configuration file. */
export function parsePlainText(text: string): string {
  if (!/^[\w./:@$+-]+$/.test(text)) {
    throw new InvalidArgumentError('It must be made of A-Z a-z 0-9 _ . / : @ $ + - alone.');
  }
  return text;
}

function parseIps(text: string, previous: readonly string[] = []): string[] {
  if (isIP(text) === 0 || ['0.0.0.0', '::'].includes(text)) {
    throw new InvalidArgumentError('It must be one IPv4 or IPv6 address, and not that of all.');
  }
  return [...previous, text];
}

function parseIpPairs(text: string, previous: readonly string[] = []): string[] {
  const parts = text.split('/');
  if (parts.length > 2 || parts.some((part) => isIP(part) === 0)) {
    throw new InvalidArgumentError('It must be an address, or two as public/private.');
  }
  return [...previous, text];
}
