import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@spillway/testkit';
import { startProcess } from '../processes.js';

const REPORTER = fileURLToPath(new URL('../../../apps/reporter/dist/main.js', import.meta.url));

/** Days its certificate is valid for. */
export const VALID_DAYS = 10;

export interface TlsNode {
  readonly metricsPort: number;
  stop(): Promise<void>;
}

/**
 * Something with a certificate and a reporter beside it, for what the nodes of the demonstration lack: TLS. An SFU, so
 * that nobody is sent to it.
 */
export async function startTlsNode(folder: string, natsUrl: string, region: string): Promise<TlsNode> {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const rest = ['-subj', '/CN=localhost', '-days', `${VALID_DAYS}`, '-out', cert, '-keyout', key];
  await promisify(execFile)('openssl', [...kind, ...rest]);
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) });
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const metricsPort = await freePort();
  const reporter = startProcess(process.execPath, [REPORTER], {
    PATH: process.env['PATH'],
    NATS_URL: natsUrl,
    NODE_ID: 'tls1',
    REGION: region,
    NODE_KIND: 'sfu',
    NODE_URLS: `turns:127.0.0.1:${(server.address() as AddressInfo).port}?transport=tcp`,
    INSTANCE_ID: folder,
    HTTP_PORT: `${metricsPort}`,
  });
  return {
    metricsPort,
    stop: async () => {
      reporter.signal('SIGTERM');
      await reporter.ended;
      server.close();
    },
  };
}
