import { describe, expect, it } from '@jest/globals';
import { ISSUED_WINDOW_SECONDS, subjectOf, type LogEntry, type LogEvent } from '@spillway/contracts';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import * as fc from 'fast-check';
import { Fleet } from './fleet.js';
import { utilizationOf } from './node.js';

const T0 = 1_795_000_000_000;
const REGIONS = ['us-east-1', 'eu-central-1', 'mars'];

const nodeId = fc.integer({ min: 0, max: 11 }).map((i) => `n${i}`);
const ageMs = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 40_000 }));
const part = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });

/** What happens at one moment; sequence numbers are dealt out later, in order. */
const happening: fc.Arbitrary<LogEvent> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .record({
        nodeId,
        region: fc.constantFrom(...REGIONS),
        state: fc.constantFrom('serving', 'serving', 'serving', 'draining', 'stopped'),
        intervalMs: fc.constantFrom(1000, 2000, 15_000),
        cpu: part,
        bps: part,
      })
      .map(({ cpu, bps, ...rest }) => ({
        kind: 'heartbeat' as const,
        heartbeat: aHeartbeat({ ...rest, load: { cpu, egressBps: bps && bps * 1e9, ingressBps: null } }),
      })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.array(nodeId, { minLength: 1, maxLength: 3 }), ageMs).map(([nodes, ageMs]) => ({
      kind: 'issued' as const,
      issued: {
        at: '2026-11-22T10:00:00Z',
        routerId: 'r2',
        bootId: 'b2',
        batch: 0,
        decisions: [
          { id: 'd', region: 'us-east-1', nodes, nearestRegion: null, reason: 'nearest' as const, ageMs },
        ],
      },
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ rampSeconds: fc.constantFrom(5, 10, 25), mars: fc.boolean() })
      .map(({ rampSeconds, mars }) => ({
        kind: 'policy' as const,
        policy: aPolicy({
          reservation: { rampSeconds },
          ...(mars && {
            regions: { mars: { latitude: 0, longitude: 0 }, 'us-east-1': { latitude: 39, longitude: -77 } },
          }),
        }),
      })),
  },
);

/** Mostly busy, sometimes long silent: what makes nodes suspect, unknown and forgotten. */
const gapMs = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 900 }) },
  { weight: 2, arbitrary: fc.integer({ min: 900, max: 30_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 30_000, max: 700_000 }) },
);

const aRandomLog = fc
  .array(fc.tuple(gapMs, happening), { minLength: 1, maxLength: 150 })
  .map((steps): LogEntry[] => {
    let at = T0;
    return steps.map(([gap, event], i) => {
      at += gap;
      if (event.kind === 'heartbeat') event.heartbeat.seq = i;
      return { position: i + 1, at, event };
    });
  });

function subjectFor({ event }: LogEntry): string {
  if (event.kind === 'heartbeat') return subjectOf.heartbeat(event.heartbeat.region, event.heartbeat.nodeId);
  return event.kind;
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
    ({ id, freshness, isUsable, reservations, heartbeat, reserved }) => {
      return {
        id,
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
    isBusSuspect: fleet.isBusSuspect,
    nodes: nodes.sort((a, b) => (a.id + a.region < b.id + b.region ? -1 : 1)),
    regions: [...fleet.regions.values()].map((region) => ({
      id: region.id,
      nodeCount: region.nodeCount,
      usable: region.usable.map((node) => node.id),
      utilization: utilizationOf(region),
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

  it('never hands out a node that is not serving, not known to be alive, or outside the policy', () => {
    fc.assert(
      fc.property(aRandomLog, fc.integer({ min: 0, max: 60_000 }), (log, later) => {
        const fleet = fold(log, (log.at(-1)?.at ?? T0) + later);
        for (const region of fleet.regions.values()) {
          for (const { heartbeat, freshness } of region.usable) {
            expect(heartbeat).toMatchObject({ state: 'serving', region: region.id, kind: 'turn' });
            expect(freshness).not.toBe('unknown');
          }
        }
      }),
    );
  });
});
