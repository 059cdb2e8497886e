import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createReadStream, mkdirSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { iceServersAnswerSchema } from '@spillway/contracts';
import { allocate } from '@spillway/cli/turn-client';
import { describeWith, freePort } from '@spillway/testkit';
import { Daemons, MASTER_SECRET, type Daemon } from '../nats/daemons.harness.js';
import { spillway } from '../nats/keyring.harness.js';
import { accessWith, Site } from '../nats/site.harness.js';
import { until } from '../until.js';
import { hostAddress, Machine, pack, userData } from './machine.harness.js';

jest.setTimeout(300_000);

const REGION = 'eu-central-1';
const UNITS = [
  'spillway-node.service',
  'spillway-coturn.service',
  'spillway-reporter.service',
  'spillway-renew.timer',
];

const machines = () => {
  let site: Site;
  let daemons: Daemons;
  let router: Daemon;
  let store: Server;
  let machine: Machine;

  const answer = async () => iceServersAnswerSchema.parse(await router.call('/v1/ice-servers', {}));
  const credentialOf = async () => {
    const [turn] = (await answer()).iceServers;
    return { username: turn?.username ?? '', credential: turn?.credential ?? '' };
  };
  /** One that the machines reach too. */
  const startNats = async (host: string) => {
    const port = await freePort();
    const places = {
      '0.0.0.0:4222': `0.0.0.0:${port}`,
      '127.0.0.1:8222': `127.0.0.1:${await freePort()}`,
      '0.0.0.0:7422': `127.0.0.1:${await freePort()}`,
    };
    const server = site.add('nats-1', { config: 'server.conf', places, url: `tls://${host}:${port}` });
    await server.start();
    return server;
  };
  /** @returns the URL of a file that can be had. */
  const serve = async (file: string, host: string) => {
    store = createServer((_request, response) => void createReadStream(file).pipe(response));
    const port = await freePort();
    await new Promise<void>((resolve) => store.listen(port, '0.0.0.0', resolve));
    return `http://${host}:${port}/spillway.tar.gz`;
  };

  beforeAll(async () => {
    site = await Site.create();
    daemons = new Daemons(site.root);
    const host = hostAddress();
    const server = await startNats(host);
    const operator = await site.access(server, 'operator', 'ops');
    const policy = join(site.root, 'policy.json');
    writeFileSync(
      policy,
      JSON.stringify({ revision: '1', regions: { [REGION]: {} }, defaultRegion: REGION }),
    );
    for (const args of [['provision'], ['policy', 'apply', policy]]) {
      const { exitCode, output } = await spillway(args, operator);
      if (exitCode !== 0) throw new Error(output);
    }
    const keys = join(site.root, 'enroller-keys');
    mkdirSync(join(keys, 'signers'), { recursive: true });
    for (const file of ['directory.json', 'signers/node.nk'])
      copyFileSync(join(site.keyring.folder, file), join(keys, file));
    await daemons.enroller(accessWith(server, await site.keyring.issue('enroller', 'e1')), keys);
    router = await daemons.router('r1', await site.access(server, 'router', 'r1'));
    const archive = join(site.root, 'spillway.tar.gz');
    const hash = await pack(archive);
    const token = await spillway(['token', 'create', '--region', REGION], {
      SPILLWAY_KEYS: site.keyring.folder,
    });
    const user = userData({
      'tls://nats.example.org:4222': server.url,
      'eu-central-1': REGION,
      'turn.example.org': 'turn.example.org',
      'base64 --wrap=0 ca.pem': readFileSync(server.caFile).toString('base64'),
      'join token': token.output.trim(),
      'https://artifacts.example.org/spillway.tar.gz': await serve(archive, host),
      'sha256 of it': hash,
    });
    // It has one that is new enough, and not from a package.
    machine = await Machine.boot(site.root, user.replace('  - nodejs\n', ''), 'i-0abc');
  }, 600_000);
  afterAll(async () => {
    await machine?.destroy();
    store?.close();
    await daemons.stop();
    await site.stop();
  }, 60_000);

  it('boots, enrols, renders, starts and joins by itself: clients are sent to it and relayed', async () => {
    const placement = await until('clients are sent to it', 240_000, async () => (await answer()).placement);
    expect(placement.nodes[0]).toMatch(/^eu-central-1-[a-z2-9]{10}$/);
    const [turn] = (await answer()).iceServers;
    expect(turn?.urls[0]).toBe(`turn:${machine.address}:3478?transport=udp`);
    const allocation = await allocate(turn?.urls[0] ?? '', await credentialOf());
    await allocation.permit('8.8.8.8');
    await allocation.release();
    expect(daemons.output).toContain('instance i-0abc');
    expect(await machine.run('cat', '/var/lib/spillway/node.env')).toContain('INSTANCE_ID=i-0abc');
    expect((await machine.run('systemctl', 'is-active', ...UNITS)).split('\n')).toEqual(
      UNITS.map(() => 'active'),
    );
    expect(await machine.run('systemctl', 'list-units', '--failed', '--no-legend')).toBe('');
    expect(await machine.journal()).not.toMatch(/bad configuration format|deprecated option/i);
  });

  it('has no secret of the system on it, and its token no more', async () => {
    const search = `grep -rlF -e "$1" /etc /opt/spillway/apps /var/lib /var/log /run 2>/dev/null || true`;
    const find = (text: string) => machine.run('sh', '-c', search, 'sh', text);
    expect(await find(MASTER_SECRET)).toBe('');
    for (const name of ['operator', 'system', 'signers/node', 'signers/join'])
      expect(await find(readFileSync(join(site.keyring.folder, `${name}.nk`), 'utf8').trim())).toBe('');
    expect(await machine.run('sh', '-c', 'ls /etc/spillway /var/lib/spillway')).not.toContain('join-token');
  });

  it('keeps what is the node’s from coturn', async () => {
    const seenBy = async (unit: string) => {
      const pid = await machine.run('systemctl', 'show', '--property=MainPID', '--value', unit);
      return machine.run('nsenter', '--target', pid, '--mount', 'ls', '/var/lib/spillway');
    };
    expect(await seenBy('spillway-reporter')).toContain('nats.creds');
    expect(await seenBy('spillway-coturn')).toBe('');
    const users = await machine.run('sh', '-c', 'ps -o user= -C turnserver; ps -o user= -C node');
    // Ps may cut it.
    expect(users).toMatch(/^turnserv\S+\s+spillway$/);
  });

  it('renews when its timer says so', async () => {
    await machine.run('systemctl', 'start', 'spillway-renew.service');
    expect(await machine.journal()).toMatch(/renewed: eu-central-1\/.*\n(.*\n)*applied:/);
  });

  it('says that it stops when it is shut down', async () => {
    const stateOf = async () => /"state":"(\w+)"/.exec(JSON.stringify(await router.call('/v1/nodes')))?.[1];
    expect(await stateOf()).toBe('serving');
    await machine.shutDown();
    expect(await until('it is seen to stop', 30_000, async () => (await stateOf()) === 'stopped')).toBe(true);
  });
};

// It takes minutes, and rights that a machine of CI does not give: BOOT=1 asks for it.
if (process.env['BOOT']) {
  describeWith(['docker', 'nats-server', 'openssl'], 'a machine with our user data', () => machines());
} else {
  it('is given user data that names every unit it tries when it is booted (BOOT=1)', () => {
    const installed = readFileSync(new URL('../../../deploy/systemd/install.sh', import.meta.url), 'utf8');
    for (const unit of UNITS) expect(installed).toContain(unit);
  });
}
