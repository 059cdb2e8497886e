import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@spillway/testkit';
import { Daemons, type Daemon } from '../nats/daemons.harness.js';
import { spillway } from '../nats/keyring.harness.js';
import type { ShippedNats } from '../nats/shipped-nats.harness.js';
import { Site } from '../nats/site.harness.js';
import { Requests } from '../rolling-restart/requests.harness.js';
import { until } from '../until.js';

jest.setTimeout(120_000);

const REGION = 'eu-central-1';
const NODE = `${REGION}/a1`;
const EXPIRES_SECONDS = 10;
const LIMIT_MS = 30_000;

/** The steps of docs/rotation.md, in its order. */
describeWith(['nats-server', 'openssl'], 'replacing keys of NATS under constant requests', () => {
  let site: Site;
  let server: ShippedNats;
  let daemons: Daemons;
  let reporter: Daemon;
  let routers: readonly [Daemon, Daemon];
  let requests: Requests;

  const push = () => site.keyring.keys(['push'], { NATS_URL: server.url, NATS_CA: server.caFile });
  const startRouter = async (id: string) => daemons.router(id, await site.access(server, 'router', id));
  /** How often NATS has let this process in. */
  const links = ({ process }: Daemon) => process.output.match(/The link to NATS is up/g)?.length ?? 0;
  /** Waits until a process that is cut off is back, with nothing degraded. */
  const untilBack = async (daemon: Daemon, cutOff: () => Promise<unknown>) => {
    const before = links(daemon);
    await cutOff();
    await until('it is back', LIMIT_MS, async () => links(daemon) > before && daemon.isWell());
  };
  /** What was asked of the other router, or of neither with success. */
  const troubles = () => requests.tallies.flatMap(({ retries, failures }) => [...retries, ...failures]);

  beforeAll(async () => {
    site = await Site.create();
    server = await site.startServer();
    daemons = new Daemons(site.root);
    const operator = await site.access(server, 'operator', 'ops');
    const policy = join(site.root, 'policy.json');
    const document = { revision: '1', regions: { [REGION]: {} }, defaultRegion: REGION };
    writeFileSync(policy, JSON.stringify(document));
    const { exitCode, output } = await spillway(['policy', 'apply', policy], operator);
    if (exitCode !== 0) throw new Error(output);
    const access = await site.access(server, 'node', NODE);
    [reporter, ...routers] = await Promise.all([
      daemons.reporter(REGION, 'a1', access),
      startRouter('r1'),
      startRouter('r2'),
    ]);
    for (const router of routers) await until('a router is well', LIMIT_MS, () => router.isWell());
    requests = new Requests([routers[0].url, routers[1].url]);
    requests.start('all');
    await requests.more(20);
  });
  afterAll(async () => {
    await requests?.stop();
    await daemons?.stop();
    await site?.stop();
  });

  it('gives a node and a router new credentials, and takes the old ones back', async () => {
    await site.keyring.issue('node', NODE, '--force');
    await site.keyring.keys(['revoke', `node.${NODE.replace('/', '.')}`, '--keep-newest']);
    await untilBack(reporter, push);
    await site.keyring.issue('router', 'r1', '--force');
    await site.keyring.keys(['revoke', 'router.r1', '--keep-newest']);
    await untilBack(routers[0], push);
    await requests.more(50);
    expect(troubles()).toEqual([]);
  });

  it('replaces the key that signs for nodes, in two steps', async () => {
    await site.keyring.keys(['rotate', 'node']);
    await push();
    await site.keyring.issue('node', NODE, '--force');
    await requests.more(50);
    expect(await reporter.isWell()).toBe(true);
    await site.keyring.keys(['retire', 'node']);
    await untilBack(reporter, push);
    await requests.more(50);
    expect(troubles()).toEqual([]);
  });

  it('lets credentials end that were replaced before', async () => {
    await site.keyring.issue('node', NODE, '--force', '--expires', `${EXPIRES_SECONDS}s`);
    await site.keyring.keys(['revoke', `node.${NODE.replace('/', '.')}`, '--keep-newest']);
    await untilBack(reporter, push);
    await untilBack(reporter, () => site.keyring.issue('node', NODE, '--force'));
    await requests.more(50);
    expect(troubles()).toEqual([]);
  });
});
