import { describe, expect, it } from '@jest/globals';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import * as fc from 'fast-check';
import { Fleet } from './fleet.js';
import { issued, served, T0 } from './fleet.harness.js';

const NODES = ['a', 'b'];

/** What a router lives through: its own issuing, the others' batches, a link that comes and goes. */
const aStep = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 9_000 })),
  what: fc.oneof(
    fc.record({ kind: fc.constant('reserve' as const), node: fc.constantFrom(...NODES) }),
    fc.record({
      kind: fc.constant('batch' as const),
      routerId: fc.constantFrom('r1', 'r2', 'r3'),
      nodes: fc.subarray(NODES, { minLength: 1 }),
    }),
    fc.record({ kind: fc.constant('link' as const), state: fc.constantFrom('up' as const, 'down' as const) }),
  ),
});
type Step = typeof aStep extends fc.Arbitrary<infer T> ? T : never;

/** A router after the steps, at which somebody looked every so many ms. */
function aRouterAfter(steps: readonly Step[], lookEveryMs: number, restMs: number) {
  const fleet = new Fleet('own');
  let position = 0;
  let now = T0;
  const apply = (event: Parameters<Fleet['apply']>[0]['event']) =>
    fleet.apply({ position: ++position, at: now, event }, now);
  apply({ kind: 'policy', policy: aPolicy({ reservation: { rampSeconds: 5 } }) });
  for (const nodeId of NODES)
    apply({ kind: 'heartbeat', heartbeat: aHeartbeat({ nodeId, intervalMs: 60_000 }) });
  const wait = (ms: number) => {
    for (let at = now + lookEveryMs; at < now + ms; at += lookEveryMs) fleet.advance(at);
    now += ms;
  };
  for (const { afterMs, what } of steps) {
    wait(afterMs);
    if (what.kind === 'reserve') fleet.reserve(what.node, now);
    else if (what.kind === 'link') fleet.setLink(what.state, now);
    else apply({ kind: 'issued', issued: issued([served(...what.nodes)], { routerId: what.routerId }) });
  }
  wait(restMs);
  fleet.advance(now);
  return {
    liveRouters: fleet.liveRouters(),
    reservations: NODES.map((node) => fleet.node('us-east-1', node)?.reservations),
    reserved: fleet.regions.get('us-east-1')?.reserved,
  };
}

describe('What a router counts', () => {
  it('follows from the log, its own issuing, the time and the link, not from how often one looks', () => {
    fc.assert(
      fc.property(
        fc.array(aStep, { maxLength: 40 }),
        fc.integer({ min: 20, max: 2_000 }),
        fc.integer({ min: 0, max: 8_000 }),
        (steps, lookEveryMs, restMs) => {
          const unseen = aRouterAfter(steps, Infinity, restMs);
          expect(aRouterAfter(steps, lookEveryMs, restMs)).toEqual(unseen);
          expect(Math.min(...unseen.reservations.map(Number))).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) },
    );
  });
});
