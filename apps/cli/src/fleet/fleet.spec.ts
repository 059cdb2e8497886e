import { afterEach, describe, expect, it } from '@jest/globals';
import { startFakeRouter, type FakeRouter } from '../testing/fake-router.js';
import { spillway } from '../testing/spillway.js';
import { drawFleet } from './fleet-table.js';
import type { FleetReport } from './report.js';
import { watchFleet } from './watch-fleet.js';

const node: FleetReport['nodes'][number] = {
  nodeId: 'use1-a1',
  region: 'us-east-1',
  zone: 'a',
  state: 'serving',
  freshness: 'fresh',
  usable: true,
  utilization: 0.234,
  reserved: { allocations: 0 },
  load: { cpu: 0.05, egressBps: 118_000_000, ingressBps: 1_500_000_000, allocations: 312 },
  software: { name: 'coturn', version: '4.6.1' },
  lastSeenMsAgo: 1234,
};
const fleet: FleetReport = {
  position: 4711,
  link: 'up',
  policyRevision: 'default-1',
  strategy: 'nearest',
  regions: [{ region: 'us-east-1', utilization: 0.234, usableNodes: 1, nodes: 2, priceMs: 0 }],
  nodes: [node],
};

describe('drawFleet', () => {
  it('shows the fleet in aligned columns', () => {
    expect(drawFleet(fleet).split('\n')).toEqual([
      'NATS up · policy default-1 (nearest) · log position 4711',
      '',
      'REGION     USE   USABLE NODES  PRICE',
      'us-east-1  23 %  1 of 2        0 ms',
      '',
      'NODE     REGION     ZONE  STATE    USE   CPU  OUT           IN           ALLOCATIONS  SEEN   SOFTWARE',
      'use1-a1  us-east-1  a     serving  23 %  5 %  118.0 Mbit/s  1.50 Gbit/s  312          1.2 s  coturn 4.6.1',
    ]);
  });

  it('shows what is not known as "?", never as 0', () => {
    const load = { cpu: null, egressBps: null, ingressBps: null, allocations: null };
    const unknown = {
      ...node,
      zone: null,
      utilization: null,
      load,
      software: { name: 'coturn', version: null },
    };
    const drawn = drawFleet({ ...fleet, nodes: [unknown] });
    expect(drawn).toMatch(/use1-a1 +us-east-1 +- +serving +\? +\? +\? +\? +\? +1\.2 s +coturn \?/);
  });

  it('says why a node is not handed out', () => {
    const states = [
      { ...node, freshness: 'suspect' as const, usable: false },
      { ...node, state: 'draining' as const, usable: false },
      { ...node, usable: false },
    ].map((each) => /a {5}(.*?) {2}/.exec(drawFleet({ ...fleet, nodes: [each] }))?.[1]);
    expect(states).toEqual(['serving, suspect', 'draining', 'serving, not used']);
  });

  it('adds what is reserved to the allocations', () => {
    expect(drawFleet({ ...fleet, nodes: [{ ...node, reserved: { allocations: 7 } }] })).toContain('312 +7');
  });

  it('says when the view is that of before NATS went away, and when there is no policy', () => {
    const drawn = drawFleet({ ...fleet, link: 'down', policyRevision: null, strategy: null });
    expect(drawn).toMatch(/^NATS down, what follows is as it was · no policy/);
  });

  it('keeps to the lines there are and counts the nodes that do not fit', () => {
    const nodes = Array.from({ length: 50 }, (_, i) => ({ ...node, nodeId: `node-${i}` }));
    const drawn = drawFleet({ ...fleet, nodes }, 20);
    expect(drawn.split('\n').length).toBeLessThanOrEqual(20);
    expect(drawn).toContain('node-10');
    expect(drawn).toMatch(/… and \d\d more; --once shows all$/);
  });
});

describe('watchFleet', () => {
  it('goes on with the last view when the router goes away, says so, and recovers', async () => {
    const aborted = new AbortController();
    const answers = [fleet, new Error('no router'), fleet];
    const seen: (string | undefined)[] = [];
    await watchFleet({
      fetch: async () => {
        const answer = answers.shift() ?? fleet;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      draw: (report, staleBecause) => {
        expect(report).toBe(fleet);
        if (seen.push(staleBecause) === 3) aborted.abort();
      },
      intervalMs: 1,
      signal: aborted.signal,
    });
    expect(seen).toEqual([undefined, 'no router', undefined]);
  });

  it('fails when the router was never there', async () => {
    const fetch = () => Promise.reject(new Error('no router'));
    const watch = watchFleet({ fetch, draw: () => {}, intervalMs: 1, signal: new AbortController().signal });
    await expect(watch).rejects.toThrow('no router');
  });
});

describe('spillway fleet', () => {
  let router: FakeRouter | undefined;
  afterEach(() => router?.close());

  it('prints once where there is no terminal', async () => {
    const { exitCode, out } = await spillway('fleet', '--url', await serve(fleet), '--key', 'k');
    expect(exitCode).toBe(0);
    expect(out).toBe(`${drawFleet(fleet)}\n`);
    expect(router?.asked?.headers['authorization']).toBe('Bearer k');
  });

  it('prints JSON when asked', async () => {
    const { out } = await spillway('fleet', '--url', await serve(fleet), '--json');
    expect(JSON.parse(out)).toEqual(fleet);
  });

  it('says so when no router is there', async () => {
    const url = await serve(fleet);
    await router?.close();
    router = undefined;
    const { exitCode, err } = await spillway('fleet', '--url', url);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^spillway: no router at http:.* \(.*ECONNREFUSED.*\): is it running\? .*--url.*\n$/);
  });

  it('says so when something else answers there', async () => {
    expect(await spillway('fleet', '--url', await serve({ hello: 'world' }))).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('something else'),
    });
  });

  async function serve(regions: unknown): Promise<string> {
    router = await startFakeRouter({ '/v1/regions': regions, '/v1/nodes': fleet });
    return router.url;
  }
});
