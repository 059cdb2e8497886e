import { describe, expect, it } from '@jest/globals';
import {
  ISSUED_WINDOW_SECONDS,
  POLICY_SUBJECT,
  subjectOf,
  type LogEntry,
  type LogEvent,
} from '@spillway/contracts';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import * as fc from 'fast-check';
import { Fleet } from './fleet.js';
import { aCommand, anOverload, aPlan, aSpillover, T0, timestamp } from './fleet.harness.js';
import { utilizationOf } from './node.js';

const REGIONS = ['us-east-1', 'eu-central-1', 'mars'];

const region = fc.constantFrom(...REGIONS);
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
        region,
        state: fc.constantFrom('serving', 'serving', 'serving', 'draining', 'stopped'),
        intervalMs: fc.constantFrom(1000, 2000, 15_000),
        cpu: part,
        bps: part,
        instanceId: fc.constantFrom('i-1', 'i-1', 'i-2'),
        commandId: fc.constantFrom(null, 'c1', 'c2'),
      })
      .map(({ cpu, bps, ...rest }) => ({
        kind: 'heartbeat' as const,
        heartbeat: aHeartbeat({ ...rest, load: { cpu, egressBps: bps && bps * 1e9, ingressBps: null } }),
      })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.array(nodeId, { minLength: 1, maxLength: 3 }),
        ageMs,
        fc.constantFrom('r1', 'r2', 'r3'),
        fc.constantFrom('b1', 'b2'),
      )
      .map(([nodes, ageMs, routerId, bootId]) => ({
        kind: 'issued' as const,
        issued: {
          at: '2026-11-22T10:00:00Z',
          routerId,
          bootId,
          batch: 0,
          decisions: [
            { id: 'd', region: 'us-east-1', nodes, nearestRegion: null, reason: 'nearest' as const, ageMs },
          ],
        },
      })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        node: nodeId,
        region,
        id: fc.constantFrom('c1', 'c2'),
        command: fc.constantFrom('drain', 'drain', 'undrain'),
        expiresAt: fc.integer({ min: -1000, max: 60_000 }),
      })
      .map(({ node, region, expiresAt, ...command }) => ({
        kind: 'command' as const,
        node,
        region,
        // From the time it is written, which is dealt out later.
        command: aCommand({ ...command, expiresAt: timestamp(expiresAt) }),
      })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(region, fc.integer({ min: 0, max: 3 }), fc.constantFrom(1e5, 5e6))
      .map(([region, generation, bandwidthBps]) => ({
        kind: 'spillover' as const,
        region,
        spillover: aSpillover({ generation, loadPerCredential: { bandwidthBps, allocations: 1 } }),
      })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(region, fc.integer({ min: 0, max: 3 })).map(([region, generation]) => ({
      kind: 'scale' as const,
      region,
      scale: aPlan({ generation }),
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(region, fc.constantFrom('entered', 'cleared')).map(([region, state]) => ({
      kind: 'overload' as const,
      region,
      overload: anOverload({ state }),
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
      if (event.kind === 'command') {
        const { command } = event;
        command.expiresAt = timestamp(at + Date.parse(command.expiresAt));
      }
      return { position: i + 1, at, event };
    });
  });

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
    isBusSuspect: fleet.isBusSuspect,
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
