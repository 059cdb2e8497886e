import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { subjectOf, type LogEntry } from '@spillway/contracts';
import type { NatsBus } from '@spillway/messaging';
import { aHeartbeat, describeWith } from '@spillway/testkit';
import { until } from '../until.js';
import { createAuthority } from './authority.harness.js';
import { Keyring, spillway, type Access } from './keyring.harness.js';
import type { ShippedNats } from './shipped-nats.harness.js';
import { accessWith, Site } from './site.harness.js';

jest.setTimeout(60_000);

const heartbeat = (nodeId: string, seq: number) => aHeartbeat({ region: 'eu-1', nodeId, seq });

describeWith(['nats-server', 'openssl'], 'NATS as it is shipped, with TLS', () => {
  let site: Site;
  let server: ShippedNats;
  let log: NatsBus;
  const entries: LogEntry[] = [];
  const rejected: string[] = [];

  beforeAll(async () => {
    site = await Site.create();
    server = await site.startServer();
    ({ bus: log } = await site.connected(await site.access(server, 'operator', 'spec')));
    await log.provision();
    await log.follow({
      onEntry: (entry) => entries.push(entry),
      onRejected: ({ subject }) => rejected.push(subject),
    });
  });
  afterAll(() => site.stop());

  /** How an attempt to connect ends that cannot succeed. */
  const refusalOf = async (access: Access) => {
    const { bus, said } = site.connect(access);
    const reason = await until('an attempt to connect has ended', 10_000, async () =>
      said.find((line) => line.startsWith('NATS is away')),
    );
    expect(bus.link).toBe('down');
    await bus.close();
    return reason;
  };
  /** Until NATS has said no to something. */
  const refused = (said: readonly string[], subject: string) =>
    until(`NATS refuses ${subject}`, 10_000, async () =>
      said.some((line) => line.includes(`Permissions Violation for Publish to "${subject}"`)),
    );

  it('lets nobody in without credentials, or over a connection that is not encrypted', async () => {
    const { url, caFile } = server;
    expect(await refusalOf({ NATS_URL: url, NATS_CA: caFile })).toMatch(/authorization violation/i);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('CONNECT {"verbose":false}\r\nPING\r\n');
    // It greets, says why it does not go on, and hangs up.
    expect(await text(socket)).toMatch(/^INFO .*"tls_required":true.*\r\n(-ERR .*)?/);
    expect(socket.destroyed).toBe(true);
  });

  it('lets nobody in with keys of another system, or who gave somebody else’s name', async () => {
    const other = new Keyring(join(site.root, 'other-keys'));
    await other.keys(['init']);
    const foreign = accessWith(server, await other.issue('operator', 'spec'));
    expect(await refusalOf(foreign)).toMatch(/authorization violation/i);
    // The token of one with the seed of another.
    const [own, stolen] = await Promise.all([
      site.keyring.issue('node', 'eu-1/T1'),
      site.keyring.issue('node', 'eu-1/T2'),
    ]);
    const seed = /-----BEGIN USER NKEY SEED-----[^]*/;
    const mixed = join(site.root, 'mixed.creds');
    const [seedOfOne = ''] = seed.exec(readFileSync(own, 'utf8')) ?? [];
    writeFileSync(mixed, readFileSync(stolen, 'utf8').replace(seed, seedOfOne));
    expect(await refusalOf(accessWith(server, mixed))).toMatch(/authorization violation/i);
  });

  it('is not believed itself with a certificate of somebody else', async () => {
    const stranger = createAuthority(join(site.root, 'stranger'), 'Somebody else');
    const access = await site.access(server, 'router', 'careful');
    const reason = await refusalOf({ ...access, NATS_CA: stranger.caFile });
    expect(reason).toMatch(/certificate/i);
    const env = { ...access, NATS_CA: stranger.caFile };
    const { exitCode, output } = await spillway(['policy', 'show'], env);
    expect([exitCode, output]).toEqual([1, expect.stringMatching(/certificate.*NATS_CA/s)]);
  });

  it('lets a reporter with the key of node A speak as A and never as B', async () => {
    const { bus, said } = await site.connected(await site.access(server, 'node', 'eu-1/A'));
    bus.publish(subjectOf.heartbeat('eu-1', 'B'), heartbeat('B', 1));
    await refused(said, subjectOf.heartbeat('eu-1', 'B'));
    bus.publish(subjectOf.heartbeat('eu-1', 'A'), heartbeat('B', 2));
    bus.publish(subjectOf.heartbeat('eu-1', 'A'), heartbeat('A', 3));
    await until('A is heard', 10_000, async () => entries.length > 0);
    expect(entries.map(({ event }) => event.kind === 'heartbeat' && event.heartbeat.nodeId)).toEqual(['A']);
    expect(rejected).toEqual([subjectOf.heartbeat('eu-1', 'A')]);
  });

  it('lets a router write its own batches, and no heartbeats, commands or policy', async () => {
    const { bus, said } = await site.connected(await site.access(server, 'router', 'r1'));
    const before = entries.length;
    const forbidden = [
      subjectOf.heartbeat('eu-1', 'A'),
      subjectOf.command('eu-1', 'A'),
      subjectOf.issued('r2'),
      subjectOf.spillover('eu-1'),
      'turn.v1.policy',
    ];
    for (const subject of forbidden) {
      bus.publish(subject, heartbeat('A', 9));
      await refused(said, subject);
    }
    const batch = { at: new Date().toISOString(), routerId: 'r1', bootId: 'b', batch: 1, decisions: [] };
    await bus.record(subjectOf.issued('r1'), batch, 'spec-1');
    await until('the batch is there', 10_000, async () => entries.length > before);
    expect(entries.slice(before).map(({ event }) => event.kind)).toEqual(['issued']);
  });

  it('takes credentials back at once: who has them is cut off and stays so, over a restart too', async () => {
    const access = await site.access(server, 'node', 'eu-1/gone');
    const [{ bus, said }, { bus: other }] = [
      await site.connected(access),
      await site.connected(await site.access(server, 'node', 'eu-1/stays')),
    ];
    await site.keyring.keys(['revoke', 'node.eu-1.gone']);
    expect(bus.link).toBe('up');
    const { NATS_URL, NATS_CA } = access;
    await site.keyring.keys(['push'], { NATS_URL, NATS_CA });
    await until('the revoked node is cut off', 10_000, async () => bus.link === 'down');
    expect(other.link).toBe('up');
    expect(said.join('\n')).toMatch(/revoked/i);
    await bus.close();
    // It still includes the accounts as they were at first: what it was told since counts.
    await server.stop();
    await server.start();
    expect(await refusalOf(access)).toMatch(/authorization violation/i);
    await until('the other is back', 10_000, async () => other.link === 'up');
    const list = await site.keyring.keys(['list']);
    expect(list).toMatch(/revoked {2}node\.eu-1\.gone/);
    expect(list).toMatch(/valid {4}node\.eu-1\.stays/);
  });

  it('takes new credentials in the place of old ones without a restart of who has them', async () => {
    const access = await site.access(server, 'node', 'eu-1/renewed');
    const { bus } = await site.connected(access);
    const old = join(site.root, 'old.creds');
    copyFileSync(access.NATS_CREDENTIALS, old);
    await site.keyring.issue('node', 'eu-1/renewed', '--force');
    await site.keyring.keys(['revoke', 'node.eu-1.renewed', '--keep-newest']);
    const links: string[] = [];
    bus.onLink((link) => links.push(link));
    const { NATS_URL, NATS_CA } = access;
    await site.keyring.keys(['push'], { NATS_URL, NATS_CA });
    await until('it is back with the new ones', 10_000, async () => links.length >= 2 && bus.link === 'up');
    expect(links).toEqual(['down', 'up']);
    const before = entries.length;
    bus.publish(subjectOf.heartbeat('eu-1', 'renewed'), heartbeat('renewed', 1));
    await until('it is heard', 10_000, async () => entries.length > before);
    expect(await refusalOf({ ...access, NATS_CREDENTIALS: old })).toMatch(/authorization violation/i);
  });

  it('replaces a signing key in two steps, the first of which cuts nobody off', async () => {
    const { NATS_URL, NATS_CA } = await site.access(server, 'client', 'first');
    const push = () => site.keyring.keys(['push'], { NATS_URL, NATS_CA });
    const old = await site.connected(await site.access(server, 'client', 'old'));
    await site.keyring.keys(['rotate', 'client']);
    await push();
    const fresh = await site.connected(await site.access(server, 'client', 'new'));
    expect([old.bus.link, fresh.bus.link]).toEqual(['up', 'up']);
    await site.keyring.keys(['retire', 'client']);
    await push();
    await until('the old one is cut off', 10_000, async () => old.bus.link === 'down');
    expect(fresh.bus.link).toBe('up');
  });

  it('keeps every secret readable for its owner alone', () => {
    const modeOf = (...path: string[]) => statSync(join(site.keyring.folder, ...path)).mode & 0o777;
    for (const path of [
      ['operator.nk'],
      ['system.nk'],
      ['system.creds'],
      ['signers', 'node.nk'],
      ['creds', 'router.r1.creds'],
    ])
      expect([path, modeOf(...path)]).toEqual([path, 0o600]);
    expect(modeOf()).toBe(0o700);
    const open = ['directory.json', 'issued.jsonl', 'nats/accounts.conf', 'nats/leaf-accounts.conf'];
    for (const path of open)
      expect(readFileSync(join(site.keyring.folder, path), 'utf8')).not.toMatch(/\bS[OAU][A-Z2-7]{56}\b/);
  });
});
