import { describe, expect, it } from '@jest/globals';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import * as fc from 'fast-check';
import { Fleet } from './fleet.js';
import { issued, served, T0 } from './fleet.harness.js';
import { TOLD_AFTER_MS } from './untold.js';

const NODES = ['a', 'b'];
const RAMP_MS = 5_000;
const BATCH_MS = 250;

const aCase = fc.integer({ min: 1, max: 6 }).chain((routers) =>
  fc.record({
    routers: fc.constant(routers),
    issues: fc.array(
      fc.record({
        router: fc.nat({ max: routers - 1 }),
        node: fc.constantFrom(...NODES),
        /** Milliseconds after `T0`. */
        at: fc.integer({ min: 1, max: 8_000 }),
      }),
      { maxLength: 80 },
    ),
    // With the wait for its batch, what is issued is told within 500 ms.
    transportMs: fc.integer({ min: 0, max: TOLD_AFTER_MS - BATCH_MS }),
    now: fc.integer({ min: 1, max: 10_000 }),
  }),
);
type Case = typeof aCase extends fc.Arbitrary<infer T> ? T : never;

/** What happens to the routers, in the order of time: one issues, or all read a batch. */
function happenings({ routers, issues, transportMs, now }: Case) {
  const steps = issues.map(({ router, node, at }) => {
    return { at, happen: (fleets: Fleet[]) => fleets[router]?.reserve(node, T0 + at) };
  });
  let position = 10;
  for (let writtenAt = 0; writtenAt <= now; writtenAt += BATCH_MS) {
    for (let router = 0; router < routers; router++) {
      const told = issues.filter(
        (issue) => issue.router === router && issue.at <= writtenAt && issue.at > writtenAt - BATCH_MS,
      );
      const decisions = told.map(({ node, at }) => Object.assign(served(node), { ageMs: writtenAt - at }));
      const batch = issued(decisions, { routerId: `r${router}`, bootId: `boot-${router}` });
      const entry = {
        position: ++position,
        at: T0 + writtenAt,
        event: { kind: 'issued' as const, issued: batch },
      };
      const at = writtenAt === 0 ? 0 : writtenAt + transportMs;
      steps.push({ at, happen: (fleets) => fleets.forEach((fleet) => fleet.apply(entry, T0 + at)) });
    }
  }
  return steps.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
}

/** All routers of a case at its time; each has read the batches of all, and issued what it issued. */
function routersOf(each: Case): Fleet[] {
  const policy = aPolicy({ reservation: { rampSeconds: RAMP_MS / 1000 } });
  const fleets = Array.from({ length: each.routers }, (_, i) => {
    const fleet = new Fleet(`boot-${i}`);
    fleet.apply({ position: 1, at: T0, event: { kind: 'policy', policy } }, T0);
    NODES.forEach((nodeId, i) => {
      const heartbeat = aHeartbeat({ nodeId, intervalMs: 60_000 });
      fleet.apply({ position: 2 + i, at: T0, event: { kind: 'heartbeat', heartbeat } }, T0);
    });
    return fleet;
  });
  for (const { at, happen } of happenings(each)) {
    fleets.forEach((fleet) => fleet.advance(T0 + at));
    happen(fleets);
  }
  fleets.forEach((fleet) => fleet.advance(T0 + each.now));
  return fleets;
}

describe('Several routers, whatever each of them issues', () => {
  it('together never count less than all of them issued', () => {
    fc.assert(
      fc.property(aCase, (each) => {
        const fleets = routersOf(each);
        for (const node of NODES) {
          const counted = fleets.map((fleet) => fleet.node('us-east-1', node)?.reservations ?? 0);
          const inForce = each.issues.filter(
            ({ node: on, at }) => on === node && at <= each.now && at > each.now - RAMP_MS,
          );
          const sum = counted.reduce((a, b) => a + b, 0);
          expect(sum).toBeGreaterThanOrEqual(inForce.length * each.routers);
          const told = inForce.filter(({ at }) => at <= each.now - TOLD_AFTER_MS);
          expect(Math.min(...counted)).toBeGreaterThanOrEqual(told.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('all count the same, and each credential once, when everything is told', () => {
    fc.assert(
      fc.property(aCase, (each) => {
        const settled = { ...each, now: 8_000 + TOLD_AFTER_MS + 50 };
        const counts = routersOf(settled).map((fleet) =>
          NODES.map((node) => fleet.node('us-east-1', node)?.reservations),
        );
        for (const count of counts) expect(count).toEqual(counts[0]);
        const recent = each.issues.filter(({ at }) => at > settled.now - RAMP_MS);
        const older = each.issues.filter(({ at }) => at > settled.now - RAMP_MS - BATCH_MS);
        const total = (counts[0] ?? []).reduce((a = 0, b = 0) => a + b, 0);
        expect(total).toBeGreaterThanOrEqual(recent.length);
        expect(total).toBeLessThanOrEqual(older.length);
      }),
      { numRuns: 100 },
    );
  });
});
