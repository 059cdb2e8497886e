import type { LogEntry, LogEvent } from '@spillway/contracts';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import * as fc from 'fast-check';
import { aCommand, anOverload, aPlan, aSpillover, T0, timestamp } from './fleet.harness.js';

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

/** Any log, entries in order. */
export const aRandomLog = fc
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
