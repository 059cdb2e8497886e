import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, expect, it } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import { deriveNodeSecret, mintCredential } from '@spillway/turn';
import { execa, type ResultPromise } from 'execa';
import getPort from 'get-port';
import ipaddr from 'ipaddr.js';
import { spillway } from '../testing/spillway.js';
import { allocate, type Allocation } from '../turn-client.js';
import { DENIED_PEERS } from '@spillway/local-nodes';

const MASTER = 'a-master-secret-for-specs';
const NODE = 'spec-a1';
const PATH = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin`;
const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);

describeWith(['turnserver', 'openssl'], 'a rendered turnserver.conf, with a real coturn', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-rendered-'));
  let server: ResultPromise | undefined;
  let log = '';

  afterEach(async () => {
    server?.kill('SIGKILL');
    await server?.catch(() => undefined);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('starts without a complaint and serves the credential of its node alone', async () => {
    const port = await startRendered('127.0.0.1');
    const allocation = await allocateOn(`turn:127.0.0.1:${port}?transport=udp`);
    expect(allocation.relayedAddress.port).toBeGreaterThanOrEqual(31_000);
    expect(allocation.relayedAddress.port).toBeLessThanOrEqual(31_999);
    await allocation.release();
    expect(complaints()).toEqual([]);
    const other = mintCredential(deriveNodeSecret(MASTER, 'spec-b1', 1), 'alice', inTenMinutes());
    await expect(allocate(`turn:127.0.0.1:${port}`, other)).rejects.toMatchObject({ stunCode: 401 });
  });

  it('serves TLS with a certificate', async () => {
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await execa('openssl', [...request, '-subj', '/CN=localhost', '-out', files.cert, '-keyout', files.key]);
    const tlsPort = await getPort();
    await startRendered('127.0.0.1', '--cert', files.cert, '--key', files.key, '--tls-port', `${tlsPort}`);
    const socket = connectTls({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    expect(socket.getProtocol()).toMatch(/^TLSv1\.[23]$/);
    socket.destroy();
    expect(complaints()).toEqual([]);
  });

  it.each([
    [
      4,
      '127.0.0.1',
      ['8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '172.32.0.0', '223.255.255.255'],
    ],
    ...(hasIpv6
      ? [[6, '::1', ['2001:4860:4860::8888', '2001:200::1', '2003::1', '2a00::1', '3ffe::1']] as const]
      : []),
  ] as const)(
    'refuses every IPv%d peer that is not on the public Internet',
    async (family, host, publicPeers) => {
      const port = await startRendered(host);
      const uri = `turn:${family === 6 ? '[::1]' : host}:${port}`;
      const allocation = await allocateOn(uri);
      for (const peer of publicPeers) await allocation.permit(peer);
      for (const peer of deniedAddresses(family)) {
        const outcome = await allocation.permit(peer).catch((error: { stunCode?: number }) => error.stunCode);
        expect({ peer, outcome }).toEqual({ peer, outcome: 403 });
      }
      await allocation.release();
    },
  );

  it('lets through what --allow-peer names, and nothing beside it', async () => {
    const port = await startRendered('127.0.0.1', '--allow-peer', '10.1.2.3');
    const allocation = await allocateOn(`turn:127.0.0.1:${port}`);
    await allocation.permit('10.1.2.3');
    await expect(allocation.permit('10.1.2.4')).rejects.toMatchObject({ stunCode: 403 });
    await allocation.release();
  });

  it('has its command line interface on loopback when asked', async () => {
    const cliPort = await getPort();
    await startRendered('127.0.0.1', '--cli-port', `${cliPort}`, '--cli-password', 'pass');
    expect(log).not.toContain('Empty cli-password');
    expect(complaints()).toEqual([]);
  });

  async function startRendered(host: string, ...options: string[]): Promise<number> {
    const port = await getPort({ host });
    const file = join(folder, `${port}.conf`);
    const basics = ['--node', NODE, '--realm', 'spillway.test', '--listen-ip', host, '--port', `${port}`];
    const ports = ['--min-port', '31000', '--max-port', '31999'];
    const rendered = ['render', 'coturn', ...basics, ...ports, '--master', MASTER, '--out', file];
    expect(await spillway(...rendered, ...options)).toMatchObject({ exitCode: 0, err: '' });
    // Files of its own, and a relayed address of the client's family, which clients otherwise must ask for.
    const scratch = [
      `pidfile=${file}.pid`,
      `userdb=${file}.sqlite`,
      'allocation-default-address-family=keep',
    ];
    appendFileSync(file, `${scratch.join('\n')}\n`);
    log = '';
    server = execa('turnserver', ['-c', file], { env: { PATH }, all: true, reject: false, stdin: 'ignore' });
    server.all?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    await untilItAnswers(`turn:${host.includes(':') ? `[${host}]` : host}:${port}`);
    return port;
  }

  /** What coturn says of options it does not know or does not want, and of anything that failed. */
  function complaints(): string[] {
    return log
      .split('\n')
      .filter((line) => /bad configuration|deprecat|warning|error|cannot|unknown|redundant/i.test(line));
  }
});

/** The first, the last and one in the middle of every network that must be denied. */
function deniedAddresses(family: 4 | 6): string[] {
  return DENIED_PEERS.flatMap(({ networks }) => networks)
    .filter((network) => network.includes(':') === (family === 6))
    .flatMap((network) => {
      const parser = family === 6 ? ipaddr.IPv6 : ipaddr.IPv4;
      const first = parser.networkAddressFromCIDR(network).toByteArray();
      const last = parser.broadcastAddressFromCIDR(network).toByteArray();
      const middle = first.map((byte, i) => (byte + (last[i] ?? 0)) >> 1);
      return [first, middle, last].map((bytes) => ipaddr.fromByteArray(bytes).toString());
    });
}

function allocateOn(uri: string): Promise<Allocation> {
  return allocate(uri, mintCredential(deriveNodeSecret(MASTER, NODE, 1), 'alice', inTenMinutes()));
}

async function untilItAnswers(uri: string): Promise<void> {
  const deadline = Date.now() + 4000;
  for (;;) {
    try {
      return await (await allocateOn(uri)).release();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await once(AbortSignal.timeout(20), 'abort');
    }
  }
}

function inTenMinutes(): number {
  return Math.floor(Date.now() / 1000) + 600;
}
