import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { NatsBus } from '@spillway/messaging';
import { aHeartbeat, aPolicy, describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { atMost } from './testing/at-most.harness.js';
import { REGIONS } from './testing/fleet.harness.js';
import { announce, followIssued, publishHeartbeat } from './testing/log.harness.js';
import { startRouterProcess, type Readiness, type RouterProcess } from './testing/router-process.harness.js';
import { until } from './testing/until.harness.js';

jest.setTimeout(120_000);

const NODES = 1_000;
/** Heartbeats of each node that are on the log already. */
const ROUNDS = 5;

describeWith(['nats-server'], `kill -9 of a router, with ${NODES} nodes on the log`, () => {
  let nats: StartedNats;
  let bus: NatsBus;
  let router: RouterProcess;

  beforeAll(async () => {
    nats = await startNats();
    bus = NatsBus.connect({ servers: nats.url, name: 'spec' });
    await bus.provision();
    await announce(bus, aPolicy(), []);
    for (let seq = 1; seq <= ROUNDS; seq++) {
      for (let i = 0; i < NODES; i++) {
        const region = REGIONS[i % REGIONS.length] ?? '';
        publishHeartbeat(bus, aHeartbeat({ nodeId: `n-${i}`, region, seq, intervalMs: 60_000 }));
      }
    }
    router = await startRouterProcess(nats.url);
    await until(() => isWhole(router));
  });
  afterAll(async () => {
    await router.kill();
    await bus.close();
    await nats.stop();
  });

  /** Ready, and every node known and usable. */
  async function isWhole(router: RouterProcess): Promise<boolean> {
    const { ready, checks } = await router.json<Readiness>('/readyz');
    return ready && checks['nodes']?.detail === `${NODES} usable`;
  }

  it('is back with the full view in under a second after its process is up', async () => {
    await atMost(1_000, `the full view of ${NODES} nodes after the process is up`, async () => {
      await router.kill();
      router = await startRouterProcess(nats.url);
      const startedAt = performance.now();
      await until(() => isWhole(router));
      return performance.now() - startedAt;
    });
    const { regions } = await router.json<{ regions: { region: string; nodes: number }[] }>('/v1/regions');
    expect(regions.map(({ nodes }) => nodes)).toEqual([334, 333, 333]);
    expect((await router.ask()).placement.region).toBe('us-east-1');
  });

  it('is back with what was issued before, by itself too', async () => {
    const onLog = await followIssued(bus);
    const decided: string[] = [];
    for (let i = 0; i < 30; i++) decided.push((await router.ask()).placement.decisionId);
    await until(() => decided.every((id) => onLog.includes(id)));
    const reserved = async () => {
      const { nodes } = await router.json<{ nodes: { reserved: { credentials: number } }[] }>('/v1/nodes');
      return nodes.reduce((sum, { reserved }) => sum + reserved.credentials, 0);
    };
    const before = await reserved();
    expect(before).toBeGreaterThanOrEqual(30);
    await router.kill();
    router = await startRouterProcess(nats.url);
    await until(() => isWhole(router));
    // Part of the ramp of ten seconds may be over by now; nothing may be counted twice.
    const after = await reserved();
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThanOrEqual(before);
  });
});
