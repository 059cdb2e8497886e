import { describe, expect, it } from '@jest/globals';
import { loadPerCredentialSchema } from '@spillway/contracts';
import * as fc from 'fast-check';
import {
  credentialsIn,
  learnLoadPerCredential,
  roundUp,
  type CredentialObservation,
} from './load-per-credential.js';
import { NO_PARTS } from './parts.js';

const reservation = { bandwidthBps: 300_000, allocations: 1, rampSeconds: 10, sessionSeconds: 600 };
const known = { bandwidthBps: 300_000, allocations: 1 };

const seen = (overrides: Partial<CredentialObservation> = {}): CredentialObservation => ({
  measured: { kbps: 100_000, allocations: 200, cpuMilli: 0 },
  capacity: { kbps: 1_000_000, allocations: 5000, cpuMilli: 0 },
  credentials: 1000,
  counted: 900,
  seconds: 500,
  ...overrides,
});

function learnFor(seconds: number, observation: CredentialObservation, from = known) {
  let learned = from;
  for (let i = 0; i < seconds; i++) learned = learnLoadPerCredential(learned, observation, reservation, 1000);
  return learned;
}

describe('The load per credential', () => {
  it('comes to load ÷ credentials of a session, in both parts', () => {
    expect(learnFor(3000, seen())).toEqual({
      bandwidthBps: expect.closeTo(100_000, -2),
      allocations: expect.closeTo(0.2, 3),
    });
  });

  it('moves there with a time constant of five minutes', () => {
    const { bandwidthBps } = learnFor(300, seen());
    expect(bandwidthBps).toBeCloseTo(100_000 + 200_000 / Math.E, -2);
  });

  it.each<[string, Partial<CredentialObservation>]>([
    ['too few credentials', { counted: 19, credentials: 19 }],
    ['too short a part of a session', { seconds: 119 }],
  ])('is not learned from %s', (_, overrides) => {
    expect(learnFor(1000, seen(overrides))).toEqual(known);
  });

  it('keeps a part that is not known and learns the other', () => {
    const observation = seen({ capacity: { ...NO_PARTS, kbps: 1_000_000 } });
    expect(learnFor(3000, observation)).toEqual({
      bandwidthBps: expect.closeTo(100_000, -2),
      allocations: 1,
    });
  });

  it('stays between a tenth and ten times of what the policy says, from the first step on', () => {
    fc.assert(
      fc.property(
        fc.nat(1e9),
        fc.nat(1e6),
        fc.integer({ min: 20, max: 1e6 }),
        (kbps, allocations, credentials) => {
          const observation = seen({ measured: { kbps, allocations, cpuMilli: 0 }, credentials });
          const learned = learnFor(50, observation, { bandwidthBps: 1e9, allocations: 0 });
          expect(learned.bandwidthBps).toBeGreaterThanOrEqual(30_000);
          expect(learned.bandwidthBps).toBeLessThanOrEqual(3_000_000);
          expect(learned.allocations).toBeGreaterThanOrEqual(0.1);
          expect(learned.allocations).toBeLessThanOrEqual(10);
        },
      ),
    );
  });

  it('stays within what may be published, whatever the policy says', () => {
    const large = { ...reservation, bandwidthBps: 400_000_000, allocations: 20 };
    const measured = { kbps: 1e9, allocations: 1e6, cpuMilli: 0 };
    const before = { bandwidthBps: 3e9, allocations: 200 };
    const learned = learnLoadPerCredential(before, seen({ measured }), large, 1000);
    expect(loadPerCredentialSchema.safeParse(roundUp(learned))).toMatchObject({ success: true });
  });

  it('is published rounded up', () => {
    expect(roundUp({ bandwidthBps: 100_001, allocations: 0.201 })).toEqual({
      bandwidthBps: 101_000,
      allocations: 0.21,
    });
    expect(roundUp({ bandwidthBps: 100_000, allocations: 0.2 })).toEqual({
      bandwidthBps: 100_000,
      allocations: 0.2,
    });
  });

  it('tells how many credentials a load stands for', () => {
    const each = { bandwidthBps: 100_000, allocations: 0.5 };
    expect(credentialsIn({ kbps: 1000, allocations: 7, cpuMilli: 0 }, each)).toBe(10);
    expect(credentialsIn({ kbps: 0, allocations: 7, cpuMilli: 0 }, each)).toBe(14);
    expect(credentialsIn(NO_PARTS, { bandwidthBps: 0, allocations: 0 })).toBeNull();
  });
});
