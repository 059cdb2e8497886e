import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { NatsBus } from '@spillway/messaging';
import { aHeartbeat, aPolicy, describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { atMost } from './testing/at-most.harness.js';
import { aFleet } from './testing/fleet.harness.js';
import { beginRequest, isRefused } from './testing/half-request.harness.js';
import { announce, followIssued } from './testing/log.harness.js';
import { startRouterProcess, type Readiness, type RouterProcess } from './testing/router-process.harness.js';
import { until } from './testing/until.harness.js';

jest.setTimeout(60_000);

describeWith(['nats-server'], 'a router and a real nats-server', () => {
  let nats: StartedNats;
  let bus: NatsBus;
  const routers: RouterProcess[] = [];

  beforeEach(async () => {
    nats = await startNats();
    bus = NatsBus.connect({ servers: nats.url, name: 'spec' });
    await bus.provision();
  });
  afterEach(async () => {
    for (const router of routers.splice(0)) await router.kill();
    await bus.close();
    await nats.stop();
  });

  async function start(env?: Record<string, string>): Promise<RouterProcess> {
    const router = await startRouterProcess(nats.url, env);
    routers.push(router);
    return router;
  }
  const readiness = (router: RouterProcess) => router.json<Readiness>('/readyz');
  const isReady = async (router: RouterProcess) => (await router.get('/readyz')).status === 200;

  it('outlive kill -9 of NATS: answers go on, readiness says degraded, and what was issued gets on the log', async () => {
    await announce(bus, aPolicy(), aFleet());
    const router = await start();
    await until(() => isReady(router));
    expect(await readiness(router)).toMatchObject({ ready: true, degraded: false });
    const issued = await followIssued(bus);

    await nats.kill();
    await until(async () => (await readiness(router)).degraded);
    expect(await readiness(router)).toMatchObject({
      ready: true,
      checks: { link: { status: 'degraded', detail: expect.stringContaining('answers come from memory') } },
    });
    const decided: string[] = [];
    for (let i = 0; i < 1_200; i++) decided.push((await router.ask()).placement.decisionId);
    expect(await router.metric('spillway_link_up')).toBe(0);

    await nats.restart();
    await until(async () => !(await readiness(router)).degraded);
    await until(() => issued.length >= decided.length);
    expect(issued).toEqual(decided);
    expect(await router.metric('spillway_decisions_unlogged_total')).toBe(0);

    // Not only what it says: it folds what is new.
    await announce(bus, aPolicy({ revision: 'next' }), [aHeartbeat({ nodeId: 'new', intervalMs: 60_000 })]);
    await until(async () => {
      const { nodes } = await router.json<{ nodes: { nodeId: string }[] }>('/v1/nodes');
      return nodes.some(({ nodeId }) => nodeId === 'new');
    });
  });

  it('find each other again when NATS has lost its store', async () => {
    await announce(bus, aPolicy(), aFleet());
    const router = await start();
    await until(() => isReady(router));
    await nats.kill();
    await nats.restart({ wipeStore: true });
    await until(async () => !(await readiness(router)).degraded);
    expect((await router.ask()).placement.region).toBe('us-east-1');
    const issued = await followIssued(bus);
    const { decisionId } = (await router.ask()).placement;
    await until(() => issued.includes(decisionId));
  });

  it('may start in either order: the router waits, and says so', async () => {
    await announce(bus, aPolicy(), aFleet());
    await nats.kill();
    const router = await start();
    expect((await router.get('/readyz')).status).toBe(503);
    expect(await readiness(router)).toMatchObject({ ready: false, checks: { view: { status: 'failing' } } });
    await nats.restart();
    await until(() => isReady(router));
    expect((await router.ask()).placement.region).toBe('us-east-1');
  });

  it('share what is issued: the load of a credential of one router is seen by the other within half a second', async () => {
    await announce(bus, aPolicy(), [aHeartbeat({ nodeId: 'n1', intervalMs: 60_000 })]);
    const [first, second] = [await start({ ROUTER_ID: 'router-1' }), await start({ ROUTER_ID: 'router-2' })];
    await until(async () => (await isReady(first)) && (await isReady(second)));
    const reserved = async (router: RouterProcess) => {
      const { nodes } = await router.json<{ nodes: { reserved: { credentials: number } }[] }>('/v1/nodes');
      return nodes[0]?.reserved.credentials ?? 0;
    };
    /** Milliseconds from the last of 50 answers until the other router has reserved for all of them. */
    const lagMs = async () => {
      const before = await reserved(second);
      for (let i = 0; i < 50; i++) await first.ask();
      const startedAt = performance.now();
      await until(async () => (await reserved(second)) >= before + 50, 9_000);
      return performance.now() - startedAt;
    };
    await atMost(500, 'a reservation reaches the other router', lagMs);
    // A router counts its own for those of the others too, until it can have heard of them.
    const areEqual = async () => (await reserved(first)) === (await reserved(second));
    await expect(until(areEqual, 5_000)).resolves.toBeUndefined();
  });

  it('are let go of in order at SIGTERM: a request that is under way is answered and its decision is on the log', async () => {
    await announce(bus, aPolicy(), aFleet());
    const router = await start();
    await until(() => isReady(router));
    const issued = await followIssued(bus);
    const request = await beginRequest(router.port);
    const exit = router.terminate();
    await until(() => router.lines().some(({ message }) => message.includes('SIGTERM received')));
    await until(() => isRefused(router.port));
    const { decisionId } = (await request.finish()).placement;
    expect(await exit).toBe(0);
    await until(() => issued.includes(decisionId));
    const steps = router.lines().map(({ message }) => /^Shutdown: (.*) \(/.exec(message)?.[1]);
    expect(steps.filter(Boolean)).toEqual(['requests finished', 'decisions on the log', 'NATS let go']);
    routers.length = 0;
  });
});
