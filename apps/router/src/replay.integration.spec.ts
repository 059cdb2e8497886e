import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { DecisionRecord } from '@spillway/contracts';
import { estimateRttMs } from '@spillway/geo';
import { NatsBus } from '@spillway/messaging';
import { LogReplay, type Verdict } from '@spillway/replay';
import {
  aHeartbeat,
  aPolicy,
  describeWith,
  startNats,
  startProxy,
  type StartedNats,
  type StartedProxy,
} from '@spillway/testkit';
import { CLIENTS, REGIONS } from './testing/fleet.harness.js';
import { announce, publishHeartbeat } from './testing/log.harness.js';
import { startTestRouter, type TestRouter } from './testing/router.harness.js';
import { until } from './testing/until.harness.js';

jest.setTimeout(120_000);

const NODES = REGIONS.flatMap((region) =>
  ['a', 'b', 'c'].map((name) => ({ region, nodeId: `${region}-${name}` })),
);

describeWith(['nats-server'], 'what routers decided on a real nats-server', () => {
  let nats: StartedNats;
  let proxy: StartedProxy;
  let bus: NatsBus;
  let beats: NodeJS.Timeout;
  const routers: TestRouter[] = [];

  beforeAll(async () => {
    nats = await startNats();
    proxy = await startProxy(nats.port);
    bus = NatsBus.connect({ servers: nats.url, name: 'spec' });
    await bus.provision();
    await announce(bus, aPolicy({ strategy: 'priced' }), []);
    let seq = 1;
    const beat = () => {
      seq++;
      for (const [i, node] of NODES.entries()) {
        const allocations = 3_000 + ((seq * 37 + i * 611) % 1_500);
        publishHeartbeat(bus, aHeartbeat({ ...node, seq, intervalMs: 1_000, load: { allocations } }));
      }
    };
    beat();
    beats = setInterval(beat, 200);
  });
  afterAll(async () => {
    clearInterval(beats);
    await Promise.all(routers.map((router) => router.stop()));
    await bus.close();
    await proxy.stop();
    await nats.stop();
  });

  async function start(ROUTER_ID: string, bootId: string, servers = nats.url): Promise<TestRouter> {
    const routerBus = NatsBus.connect({ servers, name: ROUTER_ID });
    const router = await startTestRouter({ bus: routerBus, bootId, config: { ROUTER_ID } });
    await until(() => router.view.isWhole);
    routers.push(router);
    return router;
  }

  /** All routers at the same time, for a while. */
  async function askFor(ms: number): Promise<number> {
    const until = performance.now() + ms;
    const clients = [CLIENTS.frankfurt, CLIENTS.singapore, '10.0.0.1'];
    let asked = 0;
    while (performance.now() < until) {
      await Promise.all(
        routers.map(async (router) => {
          const answer = await router.ask({
            clientIp: clients[asked++ % clients.length],
            userId: `user-${asked}`,
          });
          expect(answer.status).toBe(200);
        }),
      );
      await delay(1);
    }
    return asked;
  }

  it('is derived again, through a lost link, a restarted server, a restarted router and another policy', async () => {
    await start('r1', 'first');
    await start('r2', 'first', `nats://127.0.0.1:${proxy.port}`);
    let asked = await askFor(1_500);

    proxy.cut();
    await until(() => routers[1]?.view.link === 'down');
    asked += await askFor(1_500);
    proxy.mend();
    await until(() => routers[1]?.view.link === 'up');
    await start('r3', 'first');
    await announce(
      bus,
      aPolicy({ strategy: 'priced', revision: 'next', reservation: { rampSeconds: 3 } }),
      [],
    );
    asked += await askFor(1_500);

    await routers.shift()?.stop();
    await start('r1', 'second');
    await nats.kill();
    asked += await askFor(500);
    await nats.restart();
    await until(() => routers.every(({ view }) => view.link === 'up'));
    asked += await askFor(1_500);
    await Promise.all(routers.splice(0).map((router) => router.stop()));

    const wrong: { record: DecisionRecord; verdict: Verdict }[] = [];
    let derived = 0;
    const replay = new LogReplay(estimateRttMs, {
      onDecision: (record, verdict) => {
        derived++;
        if (verdict.kind !== 'same') wrong.push({ record, verdict });
      },
    });
    for await (const { entries, gap } of (await bus.readLog({})).batches()) {
      expect(gap).toBeNull();
      for (const entry of entries) replay.apply(entry);
    }
    process.stdout.write(
      `${asked} answers of real routers, ${derived} derived again, ${wrong.length} not the same\n`,
    );
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(derived).toBe(asked);
  });
});
