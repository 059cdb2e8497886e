import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { subjectOf, type LogEntry } from '@spillway/contracts';
import type { NatsBus } from '@spillway/messaging';
import { aHeartbeat, describeWith } from '@spillway/testkit';
import { until } from '../until.js';
import { Daemons } from './daemons.harness.js';
import { spillway, type Access } from './keyring.harness.js';
import type { ShippedNats } from './shipped-nats.harness.js';
import { accessWith, Site } from './site.harness.js';

jest.setTimeout(120_000);

const run = async (args: readonly string[], access: Required<Access>) => {
  const { exitCode, output } = await spillway(args, { ...access });
  expect([exitCode, output]).toEqual([0, output]);
  return output;
};

/** The log, as it grows. */
async function follow(bus: NatsBus): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  await bus.follow({ onEntry: (entry) => entries.push(entry) });
  return entries;
}

const nodesIn = (entries: readonly LogEntry[]) =>
  entries.flatMap(({ event }) => (event.kind === 'heartbeat' ? [event.heartbeat.nodeId] : []));

describeWith(['nats-server', 'openssl'], 'three NATS servers as they are shipped', () => {
  let site: Site;
  let servers: Awaited<ReturnType<Site['startCluster']>>;
  let operator: Required<Access>;
  beforeAll(async () => {
    site = await Site.create();
    servers = await site.startCluster();
    const [first] = servers;
    if (!first) throw new Error('no server');
    operator = await site.access(first, 'operator', 'ops');
    operator = { ...operator, NATS_URL: servers.map(({ url }) => url).join(',') };
  }, 60_000);
  afterAll(() => site.stop());

  it('keep three copies of the log and go on when one of them is gone', async () => {
    expect(await run(['provision', '--replicas', '3'], operator)).toContain('on 3 servers');
    const { bus } = await site.connected(operator);
    const entries = await follow(bus);
    const access = await site.access(servers[1] as ShippedNats, 'node', 'eu-1/a');
    const { bus: node } = await site.connected(access);
    const beat = (seq: number) =>
      node.publish(subjectOf.heartbeat('eu-1', 'a'), aHeartbeat({ region: 'eu-1', nodeId: 'a', seq }));
    beat(1);
    await until('it is heard', 10_000, async () => nodesIn(entries).length === 1);
    await servers[2]?.stop();
    let seq = 1;
    await until('it is heard still', 30_000, async () => {
      beat(++seq);
      return nodesIn(entries).length > 1;
    });
    await servers[2]?.start();
  });

  it('know all of a revocation that one of them was told of', async () => {
    const connections = await Promise.all(
      servers.map(async (server, i) => {
        const { bus } = await site.connected(await site.access(server, 'node', `eu-1/n${i}`));
        return bus;
      }),
    );
    for (const i of [0, 1, 2]) await site.keyring.keys(['revoke', `node.eu-1.n${i}`]);
    await site.keyring.keys(['push'], { NATS_URL: servers[0]?.url ?? '', NATS_CA: operator.NATS_CA });
    await until('all are cut off', 15_000, async () => connections.every(({ link }) => link === 'down'));
    const { bus } = await site.connected(await site.access(servers[2] as ShippedNats, 'node', 'eu-1/stays'));
    expect(bus.link).toBe('up');
  });
});

describeWith(['nats-server', 'openssl'], 'a leaf node as it is shipped', () => {
  let site: Site;
  let centre: Awaited<ReturnType<Site['startServer']>>;
  let leaf: ShippedNats;
  let operator: Required<Access>;
  let daemons: Daemons;
  beforeAll(async () => {
    site = await Site.create();
    daemons = new Daemons(site.root);
    centre = await site.startServer();
    leaf = await site.startLeaf('eu', [centre.leafPort]);
    operator = await site.access(centre, 'operator', 'ops');
    const policy = join(site.root, 'policy.json');
    writeFileSync(
      policy,
      JSON.stringify({ revision: '1', regions: { 'eu-west-1': {} }, defaultRegion: 'eu-west-1' }),
    );
    await run(['policy', 'apply', policy], operator);
  }, 60_000);
  afterAll(async () => {
    await daemons.stop();
    await site.stop();
  });

  it('carries a node: what it says, what it is told, and what it reads of the log', async () => {
    await daemons.autoscaler('s1', await site.access(centre, 'autoscaler', 's1'));
    const reporter = await daemons.reporter(
      'eu-west-1',
      'edge',
      await site.access(leaf, 'node', 'eu-west-1/edge'),
    );
    await until('the node serves', 30_000, async () => reporter.isWell());
    await until(
      'an autoscaler leads',
      30_000,
      async () => (await spillway(['undrain', 'edge'], { ...operator })).exitCode === 0,
    );
    expect(await run(['drain', 'edge', '--deadline', '60s', '--wait'], operator)).toMatch(/edge/);
    expect(leaf.log + centre.log).not.toMatch(/Violation/);
  });

  it('lets a node speak for itself alone', async () => {
    const { bus, said } = await site.connected(await site.access(leaf, 'node', 'eu-1/liar'));
    bus.publish(subjectOf.heartbeat('eu-1', 'edge'), {});
    await until('it is refused', 10_000, async () => said.some((line) => /Permissions Violation/.test(line)));
    expect(bus.link).toBe('up');
  });

  it('lets nobody in but nodes: who breaks into it gets nothing of the other account', async () => {
    const { bus, said } = site.connect(accessWith(leaf, operator.NATS_CREDENTIALS));
    await until('it is refused', 10_000, async () =>
      said.some((line) => /authorization violation/i.test(line)),
    );
    expect(bus.link).toBe('down');
    await bus.close();
  });

  it('learns of revocations when it is told itself', async () => {
    const access = await site.access(leaf, 'node', 'eu-1/gone');
    const { bus } = await site.connected(access);
    await site.keyring.keys(['revoke', 'node.eu-1.gone']);
    const { NATS_URL, NATS_CA } = access;
    await site.keyring.keys(['push', '--leaf'], { NATS_URL, NATS_CA });
    await until('it is cut off', 10_000, async () => bus.link === 'down');
    expect((await site.connected(await site.access(leaf, 'node', 'eu-1/stays'))).bus.link).toBe('up');
  });
});
