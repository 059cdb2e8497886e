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
  drainOrdered: false,
  synthetic: false,
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
  regions: [
    {
      region: 'us-east-1',
      utilization: 0.234,
      demand: 0.25,
      usableNodes: 1,
      nodes: 1,
      priceMs: 0,
      overloaded: false,
      plan: null,
    },
  ],
  nodes: [node],
};

describe('drawFleet', () => {
  it('shows the fleet in aligned columns', () => {
    expect(drawFleet(fleet).split('\n')).toEqual([
      'NATS up · policy default-1 (nearest) · log position 4711',
      '',
      'REGION     USE   DEMAND  PRICE  USABLE NODES  OVERLOAD  PLAN',
      'us-east-1  23 %  25 %    0 ms   1 of 1        -         -',
      '',
      'NODE     REGION     STATE    USE   CPU  MBIT/S  ALLOCS  SEEN   SOFTWARE',
      'use1-a1  us-east-1  serving  23 %  5 %  1500.0  312     1.2 s  coturn 4.6.1',
    ]);
  });

  it('shows what is not known as "?", never as 0', () => {
    const load = { cpu: null, egressBps: null, ingressBps: null, allocations: null };
    const unknown = {
      ...node,
      utilization: null,
      load,
      software: { name: 'coturn', version: null },
    };
    const drawn = drawFleet({ ...fleet, nodes: [unknown] });
    expect(drawn).toMatch(/use1-a1 +us-east-1 +serving +\? +\? +\? +\? +1\.2 s +coturn \?/);
  });

  it('says why a node is not handed out', () => {
    const states = [
      { ...node, freshness: 'suspect' as const, usable: false },
      { ...node, state: 'draining' as const, usable: false },
      { ...node, usable: false, drainOrdered: true },
      { ...node, usable: false },
    ].map((each) => /^use1-a1 +us-east-1 +(.*?) {2}/m.exec(drawFleet({ ...fleet, nodes: [each] }))?.[1]);
    expect(states).toEqual(['serving, suspect', 'draining', 'serving, to drain', 'serving, not used']);
  });

  it('shows a region that is overloaded and grows, within 100 columns, and marks what is made up', () => {
    const plan = {
      current: 10,
      desired: 12,
      drain: [],
      undrain: [],
      terminate: [],
      outcome: 'executing' as const,
    };
    const full = { utilization: 0.954, demand: 1.2, priceMs: 3240.4, overloaded: true, plan };
    const regions = fleet.regions.map((region) => ({ ...region, ...full, region: 'ap-southeast-1' }));
    const nodes = [{ ...node, nodeId: 'ap-southeast-1-s12', region: 'ap-southeast-1', synthetic: true }];
    const drawn = drawFleet({ ...fleet, regions, nodes });
    expect(drawn).toMatch(
      /^ap-southeast-1 +95 % +120 % +3240 ms +1 of 1 +overload +grow 10 → 12: executing$/m,
    );
    expect(drawn).toMatch(/serving +23 %\* /);
    expect(drawn).toMatch(/^\* partly made up by spillway load$/m);
    expect(Math.max(...drawn.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('leaves out nodes that stopped and are gone', () => {
    const gone = { ...node, nodeId: 'gone', state: 'stopped' as const, freshness: 'unknown' as const };
    const stopping = { ...gone, nodeId: 'stopping', freshness: 'fresh' as const };
    const drawn = drawFleet({ ...fleet, nodes: [node, gone, stopping] });
    expect(drawn).not.toContain('gone');
    expect(drawn).toContain('stopping');
    expect(drawn).toContain('1 of 2');
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
