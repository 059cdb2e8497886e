import { describe, expect, it } from '@jest/globals';
import { ISSUED_WINDOW_SECONDS, POLICY_SUBJECT, subjectOf, type LogEntry } from '@spillway/contracts';
import * as fc from 'fast-check';
import { Fleet } from './fleet.js';
import { T0 } from './fleet.harness.js';
import { utilizationOf } from './node.js';
import { aRandomLog } from './random-log.harness.js';

function subjectFor({ event }: LogEntry): string {
  switch (event.kind) {
    case 'heartbeat':
      return subjectOf.heartbeat(event.heartbeat.region, event.heartbeat.nodeId);
    case 'command':
      return subjectOf.command(event.region, event.node);
    case 'issued':
      return subjectOf.issued(event.issued.routerId);
    case 'policy':
      return POLICY_SUBJECT;
    default:
      return subjectOf[event.kind](event.region);
  }
}

/** What a process that starts now reads: the last message of every subject and the last `issued` batches. */
function hydration(log: LogEntry[], now: number): LogEntry[] {
  const last = new Map(log.map((entry) => [subjectFor(entry), entry.position]));
  const since = now - ISSUED_WINDOW_SECONDS * 1000;
  return log.filter(
    (entry) =>
      last.get(subjectFor(entry)) === entry.position || (entry.event.kind === 'issued' && entry.at >= since),
  );
}

function fold(log: LogEntry[], now: number): Fleet {
  const fleet = new Fleet();
  for (const entry of log) fleet.apply(entry, entry.at);
  fleet.advance(now);
  return fleet;
}

function picture(fleet: Fleet) {
  const nodes = [...fleet.nodes.values()].map(
    ({ id, freshness, isUsable, reservations, heartbeat, reserved, command, isDrainOrdered }) => {
      return {
        id,
        command,
        isDrainOrdered,
        freshness,
        isUsable,
        reservations,
        reserved,
        region: heartbeat.region,
        seq: heartbeat.seq,
      };
    },
  );
  return {
    position: fleet.position,
    digest: fleet.digest(),
    isBusSuspect: fleet.isBusSuspect,
    heardAt: fleet.heardAt,
    liveRouters: fleet.liveRouters(),
    nodes: nodes.sort((a, b) => (a.id + a.region < b.id + b.region ? -1 : 1)),
    regions: [...fleet.regions.values()].map((region) => ({
      id: region.id,
      nodeCount: region.nodeCount,
      silentCount: region.silentCount,
      usable: region.usable.map((node) => node.id),
      nodes: fleet.nodesIn(region.id).map((node) => node.id),
      utilization: utilizationOf(region),
      totals: region.totals,
      unit: region.unit,
      spillover: region.spillover,
      overload: region.overload,
      plan: region.plan,
    })),
  };
}

describe('Fleet, for any log', () => {
  it('is the same from the last message of every subject plus the last issued batches as from everything', () => {
    fc.assert(
      fc.property(aRandomLog, fc.integer({ min: 0, max: 20_000 }), (log, later) => {
        const now = (log.at(-1)?.at ?? T0) + later;
        expect(picture(fold(hydration(log, now), now))).toEqual(picture(fold(log, now)));
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 400) },
    );
  });

  it('does not depend on how often one looks at it', () => {
    fc.assert(
      fc.property(aRandomLog, fc.integer({ min: 1, max: 4000 }), (log, stepMs) => {
        const now = (log.at(-1)?.at ?? T0) + 1000;
        const watched = new Fleet();
        let at = T0;
        for (const entry of log) {
          for (; at < entry.at; at += stepMs + (entry.at - at > 60_000 ? 30_000 : 0)) watched.advance(at);
          watched.apply(entry, entry.at);
        }
        watched.advance(now);
        expect(picture(watched)).toEqual(picture(fold(log, now)));
      }),
      { numRuns: 100 },
    );
  });

  it('does not depend on how late the entries are read, nor on who looked meanwhile', () => {
    const aDelay = fc.record({ byMs: fc.nat(15_000), lookAfterMs: fc.option(fc.nat(700_000)) });
    fc.assert(
      fc.property(aRandomLog, fc.array(aDelay, { minLength: 1, maxLength: 40 }), (log, delays) => {
        const late = new Fleet();
        let readAt = T0;
        for (const [i, entry] of log.entries()) {
          const { byMs, lookAfterMs } = delays[i % delays.length] ?? { byMs: 0, lookAfterMs: null };
          readAt = Math.max(readAt, entry.at + byMs);
          late.apply(entry, readAt);
          if (lookAfterMs !== null) late.advance((readAt += lookAfterMs / (1 + (i % 100))));
        }
        const now = late.clock.now(readAt + 1000);
        late.advance(readAt + 1000);
        expect(picture(late)).toEqual(picture(fold(log, now)));
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) },
    );
  });

  it('never hands out a node that is not serving, not known to be alive, or outside the policy', () => {
    fc.assert(
      fc.property(aRandomLog, fc.integer({ min: 0, max: 60_000 }), (log, later) => {
        const fleet = fold(log, (log.at(-1)?.at ?? T0) + later);
        for (const region of fleet.regions.values()) {
          for (const { heartbeat, freshness, isDrainOrdered } of region.usable) {
            expect(isDrainOrdered).toBe(false);
            expect(heartbeat).toMatchObject({ state: 'serving', region: region.id, kind: 'turn' });
            expect(freshness).not.toBe('unknown');
          }
        }
      }),
    );
  });
});
