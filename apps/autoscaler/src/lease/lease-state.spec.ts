import { describe, expect, it } from '@jest/globals';
import type { Lease } from '@spillway/contracts';
import {
  claimedLease,
  GRACE_MS,
  HOLD_MS,
  mayAct,
  mayClaim,
  missLease,
  renewedLease,
  resolveUnsure,
  seeLease,
  SILENCE_MS,
  type HeldLease,
  type LeaseReading,
} from './lease-state.js';

const lease = (overrides: Partial<Lease> = {}): Lease => ({
  holder: 'other',
  generation: 7,
  beat: 3,
  ...overrides,
});
const read = (revision: number, overrides?: Partial<Lease>): LeaseReading => ({
  lease: lease(overrides),
  revision,
});
const NO_LEASE: LeaseReading = { lease: undefined, revision: undefined };

describe('a lease of another may be claimed', () => {
  const cases: [string, LeaseReading, silentMs: number, boolean][] = [
    ['at once when there is none', NO_LEASE, 0, true],
    ['at once when it was given back', read(1, { holder: null }), 0, true],
    ['at once when it is one’s own, but not held any more', read(1, { holder: 'self' }), 0, true],
    ['not while it was only just renewed', read(1), 0, false],
    ['not a moment before the silence is long enough', read(1), SILENCE_MS - 1, false],
    ['when nobody renewed it for that long', read(1), SILENCE_MS, true],
  ];
  it.each(cases)('%s', (_, reading, silentMs, expected) => {
    const seen = seeLease(undefined, reading, 1_000);
    expect(mayClaim(seen, 'self', 1_000 + silentMs)).toBe(expected);
  });

  it('only after a holder has stopped acting for two seconds', () => {
    expect(SILENCE_MS - HOLD_MS).toBeGreaterThanOrEqual(2_000);
  });
});

describe('the silence of a lease', () => {
  it('begins when its revision is first seen', () => {
    const first = seeLease(undefined, read(1), 100);
    expect(seeLease(first, read(1), 900).sinceMs).toBe(100);
  });
  it('begins anew with every new revision', () => {
    const first = seeLease(undefined, read(1), 100);
    expect(seeLease(first, read(2), 900).sinceMs).toBe(900);
  });
  it('goes on after readings that failed, but a holder that lives has time to renew it', () => {
    const missed = missLease(seeLease(undefined, read(1), 100));
    const back = 100 + SILENCE_MS;
    const seen = seeLease(missed, read(1), back);
    expect(seen.sinceMs).toBe(100);
    expect(mayClaim(seen, 'self', back + GRACE_MS - 1)).toBe(false);
    expect(mayClaim(seeLease(seen, read(1), back + GRACE_MS), 'self', back + GRACE_MS)).toBe(true);
    expect(mayClaim(seeLease(seen, read(2), back + GRACE_MS), 'self', back + GRACE_MS)).toBe(false);
  });
});

describe('whoever claims a lease writes', () => {
  const claim = { self: 'self', floor: 0, leastGeneration: 0 };
  it('the next generation', () => {
    expect(claimedLease(read(1), claim)).toEqual({ holder: 'self', generation: 8, beat: 0 });
  });
  it('the next generation too when it is one’s own', () => {
    expect(claimedLease(read(1, { holder: 'self' }), claim).generation).toBe(8);
  });
  it('a generation above all that were seen elsewhere', () => {
    expect(claimedLease(read(1), { ...claim, floor: 40 }).generation).toBe(41);
  });
  it('no generation below the least, where there is none and where the store is an old copy', () => {
    const now = { ...claim, leastGeneration: 1_800_000_000 };
    expect(claimedLease(NO_LEASE, now).generation).toBe(1_800_000_000);
    expect(claimedLease(read(1), now).generation).toBe(1_800_000_000);
  });
});

describe('a holder', () => {
  const held: HeldLease = {
    lease: lease({ holder: 'self' }),
    revision: 5,
    sentAtMs: 1_000,
    unsure: undefined,
  };
  const unsure: HeldLease = { ...held, unsure: { beat: 4, sentAtMs: 2_000 } };

  it('adds one to the beat', () => {
    expect(renewedLease(held)).toEqual({ holder: 'self', generation: 7, beat: 4 });
  });
  it('acts until its last success was sent too long ago', () => {
    expect(mayAct(held, 1_000 + HOLD_MS - 1)).toBe(true);
    expect(mayAct(held, 1_000 + HOLD_MS)).toBe(false);
  });
  it('that does not know whether it renewed finds that it did, and counts from when it sent that', () => {
    const reading = read(6, { holder: 'self', beat: 4 });
    expect(resolveUnsure(unsure, reading)).toEqual({ ...reading, sentAtMs: 2_000, unsure: undefined });
  });
  it('that does not know whether it renewed finds that it did not, and counts from before', () => {
    const reading = read(5, { holder: 'self', beat: 3 });
    expect(resolveUnsure(unsure, reading)).toEqual({ ...reading, sentAtMs: 1_000, unsure: undefined });
  });
  it.each([
    ['another holds it', read(6)],
    ['it holds it under another generation', read(6, { holder: 'self', generation: 8 })],
    ['there is none any more', NO_LEASE],
  ])('that does not know whether it renewed has lost it when %s', (_, reading) => {
    expect(resolveUnsure(unsure, reading)).toBeUndefined();
  });
});
