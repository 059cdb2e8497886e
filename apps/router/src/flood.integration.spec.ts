import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Heartbeat } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { aHeartbeat, aPolicy, describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { CLIENTS, REGIONS } from './testing/fleet.harness.js';
import { badMessages, flood, ghost, type BadMessage } from './testing/flood.harness.js';
import { announce, publishHeartbeat } from './testing/log.harness.js';
import { startRouterProcess, type Readiness, type RouterProcess } from './testing/router-process.harness.js';
import { until } from './testing/until.harness.js';

jest.setTimeout(120_000);

const PER_SECOND = 10_000;
const SECONDS = 3;
/** What a client waits for an answer. How long it takes on a machine with nothing else to do is for the benchmark. */
const PATIENCE_MS = 10_000;

/** Two nodes in each region that go on with their heartbeats all the while. */
const FLEET: Heartbeat[] = REGIONS.flatMap((region) =>
  ['a', 'b'].map((zone) => aHeartbeat({ region, zone, nodeId: `${region}-${zone}`, seq: 0 })),
);

describeWith(['nats-server'], 'a flood of bad heartbeats', () => {
  let nats: StartedNats;
  let good: NatsBus;
  let bad: NatsBus;
  let router: RouterProcess;
  let beats: NodeJS.Timeout;

  beforeAll(async () => {
    nats = await startNats();
    good = NatsBus.connect({ servers: nats.url, name: 'reporters' });
    bad = NatsBus.connect({ servers: nats.url, name: 'flood' });
    await good.provision();
    await announce(good, aPolicy(), FLEET);
    let seq = 1;
    beats = setInterval(() => {
      seq++;
      for (const heartbeat of FLEET) publishHeartbeat(good, { ...heartbeat, seq });
    }, 500);
    router = await startRouterProcess(nats.url);
    await until(async () => (await router.get('/readyz')).status === 200 && bad.link === 'up');
  });
  afterAll(async () => {
    clearInterval(beats);
    await router.kill();
    await good.close();
    await bad.close();
    await nats.stop();
  });

  const regions = async () =>
    (
      await router.json<{ regions: { region: string; usableNodes: number; nodes: number }[] }>('/v1/regions')
    ).regions.map(({ region, usableNodes, nodes }) => ({ region, usableNodes, nodes }));
  const complaints = () => router.lines().filter(({ level }) => level === 'warn');

  /** Asks one request after the other until told to stop. @returns the milliseconds each took. */
  function askAllTheWhile(): { stop: () => Promise<number[]> } {
    const over = new AbortController();
    const asking = (async () => {
      const tookMs: number[] = [];
      while (!over.signal.aborted) {
        const startedAt = performance.now();
        const { placement } = await router.ask({ clientIp: CLIENTS.frankfurt });
        expect(FLEET.map(({ nodeId }) => nodeId)).toEqual(expect.arrayContaining(placement.nodes));
        tookMs.push(performance.now() - startedAt);
      }
      return tookMs.sort((a, b) => a - b);
    })();
    return {
      stop: () => {
        over.abort();
        return asking;
      },
    };
  }

  /** Floods the log, and makes sure that all of it is counted and nothing else changes. */
  async function withstand(next: (n: number) => BadMessage): Promise<void> {
    const before = await regions();
    const memory = () => router.metric('process_resident_memory_bytes');
    const memoryBefore = await memory();
    const asking = askAllTheWhile();
    const { rate, sent } = await flood(bad, SECONDS, PER_SECOND, next);
    for (const [line, count] of sent) await until(async () => (await router.metric(line)) >= count);
    const tookMs = await asking.stop();
    const grown = Math.round(((await memory()) - memoryBefore) / 2 ** 20);
    const at = (share: number) => Math.round(tookMs[Math.floor(tookMs.length * share)] ?? 0);
    process.stdout.write(
      `flood: ${Math.round(rate)} messages/s; ${tookMs.length} requests meanwhile, median ${at(0.5)} ms, ` +
        `slowest ${Math.round(tookMs.at(-1) ?? 0)} ms; memory ${grown >= 0 ? '+' : ''}${grown} MiB\n`,
    );
    for (const [line, count] of sent) expect([line, await router.metric(line)]).toEqual([line, count]);
    expect(await regions()).toEqual(before);
    expect(tookMs.length).toBeGreaterThan(5);
    expect(tookMs.at(-1)).toBeLessThan(PATIENCE_MS);
    expect(grown).toBeLessThan(200);
  }

  it('is counted by reason and logged once per source, and nothing else changes', async () => {
    const messages = FLEET.slice(0, 3).flatMap(badMessages);
    await withstand((n) => messages[n % messages.length] as BadMessage);
    const sources = complaints().map(({ message }) => message.slice(0, message.indexOf(':')));
    expect(sources).toHaveLength(new Set(sources).size);
    expect(new Set(sources)).toEqual(new Set(messages.map(({ subject }) => subject)));
    const { nodes } = await router.json<{ nodes: { nodeId: string; freshness: string }[] }>('/v1/nodes');
    expect(new Map(nodes.map(({ nodeId, freshness }) => [nodeId, freshness]))).toEqual(
      new Map(FLEET.map(({ nodeId }) => [nodeId, 'fresh'])),
    );
  });

  it('of nodes in an unknown region, ever new ones, is bounded in the log of the process and in memory', async () => {
    await withstand(ghost);
    expect(complaints().length).toBeLessThan(110);
    expect(complaints().at(-1)?.message).toContain('further ones are only counted');
    expect(await router.metric('spillway_nodes{region="other"')).toBeLessThanOrEqual(1_000);
  });

  it('is not taken for a silent bus when it ends', async () => {
    const silent = 'spillway_nodes{region="other",state="serving",freshness="unknown"}';
    await until(
      async () => (await router.metric(silent)) > 0 || (await router.metric('spillway_bus_suspect')) > 0,
    );
    const { ready, degraded } = await router.json<Readiness>('/readyz');
    expect({ ready, degraded }).toEqual({ ready: true, degraded: false });
  });
});
