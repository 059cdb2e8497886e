import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type SecureContextOptions } from 'node:tls';
import { promisify } from 'node:util';
import { describeWith } from '@spillway/testkit';
import { CertificateCheck } from './certificate-check.js';
import { probeCertificate } from './certificate-probe.js';

const DAY_MS = 86_400_000;
const AMPLE_MS = 10_000;

describeWith(['openssl'], 'the certificate of a server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-certificate-'));
  const certificates: Record<string, SecureContextOptions> = {};
  const stops: (() => void)[] = [];

  /** Self-signed: what is not trusted is looked at as well. */
  async function makeCertificate(name: string, days: number): Promise<void> {
    const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const rest = ['-subj', `/CN=${name}`, '-days', String(days), '-out', cert, '-keyout', key];
    await promisify(execFile)('openssl', [...kind, ...rest]);
    certificates[name] = { cert: readFileSync(cert), key: readFileSync(key) };
  }

  beforeAll(async () => {
    await Promise.all([makeCertificate('soon.test', 3), makeCertificate('later.test', 90)]);
  });
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function listening(server: Server): Promise<number> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  async function startTls() {
    const server = createServer(certificates['soon.test']!);
    server.addContext('later.test', certificates['later.test']!);
    server.on('tlsClientError', () => undefined);
    return { server, port: await listening(server) };
  }

  const at = (port: number, serverName?: string) => ({ host: '127.0.0.1', port, serverName });

  async function daysLeft(port: number, serverName?: string): Promise<number> {
    const result = await probeCertificate(at(port, serverName), AMPLE_MS);
    if (!result.isSeen) throw new Error(result.reason);
    return (result.expiresAtMs - Date.now()) / DAY_MS;
  }

  it('is the one that a client gets who asks for that name', async () => {
    const { port } = await startTls();
    expect(await daysLeft(port)).toBeCloseTo(3, 1);
    expect(await daysLeft(port, 'later.test')).toBeCloseTo(90, 1);
  });

  it('is not seen where nobody listens, nobody answers, or somebody speaks no TLS', async () => {
    const plain = await listening(createTcpServer((socket) => socket.end('no TLS here\r\n')));
    expect(await probeCertificate(at(plain), AMPLE_MS)).toMatchObject({ isSeen: false });
    const silent = await listening(createTcpServer((socket) => socket.on('error', () => undefined)));
    expect(await probeCertificate(at(silent), 100)).toEqual({
      isSeen: false,
      reason: 'no answer within 100 ms',
    });
    const closed = createTcpServer();
    const port = await listening(closed);
    stops.pop();
    closed.close();
    await once(closed, 'close');
    expect(await probeCertificate(at(port), AMPLE_MS)).toEqual({ isSeen: false, reason: 'ECONNREFUSED' });
  });

  it('is looked at again and again: a new one is seen, and the last one is kept when the server is gone', async () => {
    const { server, port } = await startTls();
    const said: string[] = [];
    const keep = (line: string) => void said.push(line);
    const check = new CertificateCheck({
      target: at(port),
      logger: { log: keep, warn: keep },
      periodMs: 20,
      retryMs: 20,
    });
    expect(check.expiresAtMs).toBeUndefined();
    const running = check.run();
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await new Promise(setImmediate);
    };
    await until(() => check.expiresAtMs !== undefined);
    const first = check.expiresAtMs!;
    server.setSecureContext(certificates['later.test']!);
    await until(() => check.expiresAtMs !== first);
    const second = check.expiresAtMs!;
    expect(second - first).toBeCloseTo(87 * DAY_MS, -5);
    server.close();
    await until(() => said.some((line) => line.includes('cannot be looked at (ECONNREFUSED)')));
    expect(check.expiresAtMs).toBe(second);
    check.stop();
    await running;
    expect(said).toHaveLength(3);
  });
});
