import { describe, expect, it } from '@jest/globals';
import { ALL_TRANSPORTS } from '@spillway/fleet';
import { aPolicy } from '@spillway/testkit';
import { explainPlacement } from './explain.js';
import { NODE_REJECTIONS } from './explain-regions.js';
import type { PlacementRequest } from './place.js';
import { ap, aWorld, eu, loaded, NEW_YORK, ONE_NODE, T0, us } from './world.harness.js';

const request: PlacementRequest = {
  location: NEW_YORK,
  require: undefined,
  prefer: undefined,
  transports: ALL_TRANSPORTS,
  count: 1,
  seed: 7,
};

describe('An explanation', () => {
  it('weighs every region with its round-trip time, its price and its loads', () => {
    const world = aWorld([us('a', loaded(0.9)), eu('b', loaded(0.3))], aPolicy({ strategy: 'priced' }));
    world.charge('us-east-1', 120);
    for (let i = 0; i < 85; i++) world.fleet.reserve('a', T0);
    world.fleet.advance(T0);
    const explanation = explainPlacement(world.fleet, world.view, request);
    const [usEast, euCentral, ap] = explanation.regions;
    expect(usEast).toMatchObject({
      id: 'us-east-1',
      isAllowed: true,
      integralMs: 120,
      nodeCount: 1,
      feasible: 1,
    });
    expect(usEast).toMatchObject({ measured: 0.9, fullness: 'at-threshold' });
    // Of 4,500 sessions, 75 end while the 85 begin.
    expect(usEast?.reserved).toBeCloseTo(10 / 5_000);
    expect(usEast?.rttMs).toBeLessThan(euCentral?.rttMs ?? 0);
    expect(usEast?.priceMs).toBeGreaterThan(120 + ONE_NODE.wallMs * 0.1);
    expect(euCentral).toMatchObject({ priceMs: 0, integralMs: 0, fullness: 'below-threshold' });
    expect(ap).toMatchObject({ nodeCount: 0, measured: null });
    expect(explanation).toMatchObject({
      strategy: 'priced',
      home: 'us-east-1',
      outcome: { region: 'eu-central-1', nodes: ['b'], reason: 'spillover' },
      feasible: 2,
      liveRouters: 1,
    });
  });

  it('counts the nodes that cannot serve the client by the first reason', () => {
    const world = aWorld(
      [
        us('good'),
        us('sfu', { kind: 'sfu' }),
        us('starting', { state: 'starting' }),
        us('old', { software: { version: '4.0' } }),
        us('deaf', { urls: ['turn:203.0.113.10:3478?transport=tcp'] }),
        us('full', loaded(1)),
        us('drained', { instanceId: 'i-9', intervalMs: 60_000 }),
        us('silent', { intervalMs: 500 }),
        eu('elsewhere'),
      ],
      aPolicy({ versionFloor: { coturn: '4.6' } }),
    );
    const command = {
      at: '2026-11-22T10:00:00.000Z',
      id: 'c1',
      command: 'drain' as const,
      instanceId: 'i-9',
      deadlineSeconds: 60,
      expiresAt: new Date(T0 + 60_000).toISOString(),
      reason: '',
      origin: 'operator' as const,
    };
    world.apply({ kind: 'command', region: 'us-east-1', node: 'drained', command });
    world.fleet.advance(T0 + 3_000);
    const udpOnly = { ...request, transports: 1, require: ['us-east-1'] };
    const { feasible, rejected, regions } = explainPlacement(world.fleet, world.view, udpOnly);
    expect(feasible).toBe(1);
    expect(rejected).toEqual(Object.fromEntries(NODE_REJECTIONS.map((reason) => [reason, 1])));
    expect(regions[1]).toMatchObject({ isAllowed: false, feasible: 0, rejected: { 'not-allowed': 1 } });
  });

  it('names the nodes that were compared, and the one that was chosen', () => {
    const world = aWorld([us('a', loaded(0.2)), us('b', loaded(0.6)), us('c', loaded(0.2)), ap('d')]);
    world.fleet.reserve('a', T0);
    const { compared, outcome } = explainPlacement(world.fleet, world.view, request);
    expect(compared).toHaveLength(2);
    const chosen = compared.filter(({ isChosen }) => isChosen).map(({ id }) => id);
    expect(outcome).toMatchObject({ nodes: chosen });
    const best = compared.find(({ id }) => id === chosen[0]);
    for (const node of compared) expect(node.measured).toBeGreaterThanOrEqual(best?.measured ?? 1);
  });

  it('says why there is no answer, and changes nothing', () => {
    const world = aWorld([us('a', loaded(1))]);
    const { outcome, compared } = explainPlacement(world.fleet, world.view, request);
    expect(outcome).toEqual({ code: 'no-capacity' });
    expect(compared).toEqual([]);
    expect(world.fleet.digest()).toBe(aWorld([us('a', loaded(1))]).fleet.digest());
  });
});
