import { afterEach, expect, it, jest } from '@jest/globals';
import {
  AUTOSCALER_LEASE_KEY,
  DEFAULT_RETENTION,
  leaseSchema,
  STATE_BUCKET,
  type Lease,
} from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { aHeartbeat, describeWith, startNats, startNatsCluster } from '@spillway/testkit';
import { startAutoscalerProcess, type AutoscalerProcess } from './testing/autoscaler-process.harness.js';
import { aScaledPolicy, REGION } from './testing/autoscaler.harness.js';
import { announce } from './testing/log.harness.js';
import { until } from './testing/until.harness.js';

jest.setTimeout(120_000);

/** What operators are promised, in ms. */
const TAKE_OVER_MS = 10_000;
const TAKE_OVER_WITH_NATS_MS = 20_000;

describeWith(['nats-server'], 'the process that leads', () => {
  const toStop: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of toStop.splice(0).toReversed()) await stop();
  });

  const policy = aScaledPolicy({ provider: { kind: 'none' } });

  async function connect(url: string, replicas = 1): Promise<NatsBus> {
    const bus = NatsBus.connect({ servers: url, name: 'spec' });
    toStop.push(() => bus.close());
    await bus.provision({ ...DEFAULT_RETENTION, maxBytes: 64_000_000, replicas });
    await announce(bus, policy, [aHeartbeat({ region: REGION, intervalMs: 60_000 })]);
    return bus;
  }

  async function start(url: string, id: string): Promise<AutoscalerProcess> {
    const autoscaler = await startAutoscalerProcess(url, id);
    toStop.push(() => autoscaler.kill());
    return autoscaler;
  }

  async function leaseOf(bus: NatsBus): Promise<Lease | undefined> {
    const stored = await bus.state.get(AUTOSCALER_LEASE_KEY).catch(() => undefined);
    return stored && leaseSchema.parse(stored.value);
  }

  const leads = async (autoscaler: AutoscalerProcess) =>
    (await autoscaler.check('lease')).startsWith('leads');
  const standsBy = async (autoscaler: AutoscalerProcess) =>
    (await autoscaler.check('lease')).startsWith('stands by');

  /** Milliseconds until the other controls the regions. */
  async function takenOver(by: AutoscalerProcess, limitMs: number): Promise<number> {
    const startedAt = performance.now();
    await until(() => leads(by), limitMs + 10_000);
    const tookMs = Math.round(performance.now() - startedAt);
    process.stdout.write(`taken over after ${tookMs} ms\n`);
    return tookMs;
  }

  it('is succeeded within 10 s after kill -9, and at once after SIGTERM', async () => {
    const nats = await startNats();
    toStop.push(() => nats.stop());
    const bus = await connect(nats.url);
    const [a, b] = [await start(nats.url, 'a'), await start(nats.url, 'b')];
    await until(async () => (await leads(a)) && (await standsBy(b)));
    const { generation = 0 } = (await leaseOf(bus)) ?? {};
    await a.kill();
    expect(await takenOver(b, TAKE_OVER_MS)).toBeLessThan(TAKE_OVER_MS);
    expect((await leaseOf(bus))?.generation).toBeGreaterThan(generation);
    const c = await start(nats.url, 'c');
    await until(() => standsBy(c));
    expect(await b.terminate()).toBe(0);
    expect(await takenOver(c, TAKE_OVER_MS)).toBeLessThan(5_000);
    const metrics = await c.metrics();
    expect(metrics).toContain('spillway_autoscaler_is_leader 1');
    expect(metrics).toMatch(new RegExp(`spillway_region_nodes\\{region="${REGION}"\\} 1`));
  });

  it('is succeeded within 20 s when the server that keeps the state is killed with it', async () => {
    const cluster = await startNatsCluster(3);
    toStop.push(() => cluster.stop());
    await connect(cluster.urls, 3);
    const [a, b] = [await start(cluster.urls, 'a'), await start(cluster.urls, 'b')];
    await until(async () => (await leads(a)) && (await standsBy(b)), 30_000);
    const keeper = await cluster.leaderOf(`KV_${STATE_BUCKET}`);
    await Promise.all([a.kill(), cluster.servers.get(keeper ?? '')?.kill()]);
    expect(await takenOver(b, TAKE_OVER_WITH_NATS_MS)).toBeLessThan(TAKE_OVER_WITH_NATS_MS);
  });

  it('stops acting when its server is cut off from the others, though its link is up, and the other leads', async () => {
    const cluster = await startNatsCluster(3);
    toStop.push(() => cluster.stop());
    const bus = await connect(cluster.urls, 3);
    const [cutOff = '', ...others] = cluster.servers.keys();
    const a = await start(cluster.urlsOf([cutOff]), 'a');
    await until(() => leads(a), 30_000);
    const b = await start(cluster.urlsOf(others), 'b');
    await until(() => standsBy(b));
    const { generation = 0 } = (await leaseOf(bus)) ?? {};
    await cluster.cutOff(cutOff);
    await until(async () => !(await leads(a)));
    expect(await a.check('link')).toBe('connected to NATS');
    expect(await takenOver(b, TAKE_OVER_WITH_NATS_MS)).toBeLessThan(TAKE_OVER_WITH_NATS_MS);
    await cluster.rejoin(cutOff);
    // The servers elect a leader anew then, which may cost either the lease for a moment.
    const oneLeads = async () =>
      ((await leads(a)) && (await standsBy(b))) || ((await leads(b)) && (await standsBy(a)));
    await until(oneLeads, 30_000);
    let last: Lease | undefined;
    await until(async () => (last = await leaseOf(bus)));
    expect(last?.generation).toBeGreaterThan(generation);
  });
});
