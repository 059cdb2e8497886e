import type { Lease } from '@spillway/contracts';

/** Between two renewals, and between two looks at somebody else's. */
export const BEAT_MS = 1_000;
/** After the sending of its last successful renewal a holder may act for this long. */
export const HOLD_MS = 4_000;
/** Unchanged for this long of one's own time, the lease may be taken. Two seconds more than a holder acts. */
export const SILENCE_MS = 6_000;
/** After readings that failed, a holder that lives has this long to renew it first. */
export const GRACE_MS = 2_000;

/** What the key held when it was last read; no lease before the first holder. */
export interface LeaseReading {
  readonly lease: Lease | undefined;
  readonly revision: number | undefined;
}

/** A reading. Times are one's own, monotonic, in ms. */
export interface SeenLease extends LeaseReading {
  /** Since when every reading that succeeded has said the same. */
  readonly sinceMs: number;
  /** Since when no reading has failed; `undefined` after one that has. */
  readonly readableSinceMs: number | undefined;
}

export function seeLease(before: SeenLease | undefined, reading: LeaseReading, nowMs: number): SeenLease {
  const isSame = before !== undefined && before.revision === reading.revision;
  return {
    ...reading,
    sinceMs: isSame ? before.sinceMs : nowMs,
    readableSinceMs: before?.readableSinceMs ?? nowMs,
  };
}

/**
 * A reading failed. Where the next one finds the same revision, nothing was renewed in between, so the silence goes
 * on: a claim is a compare-and-set on that revision, whatever a reading may have missed.
 */
export function missLease(before: SeenLease | undefined): SeenLease | undefined {
  return before && { ...before, readableSinceMs: undefined };
}

/**
 * Whether `self` may write itself in as the holder:
 * 1. there is no lease, or it was given back;
 * 2. `self` is the holder already, but stopped acting: nobody else can have acted since;
 * 3. the holder has not renewed it for `SILENCE_MS`, and could have for `GRACE_MS`.
 */
export function mayClaim(seen: SeenLease, self: string, nowMs: number): boolean {
  const { lease, sinceMs, readableSinceMs = nowMs } = seen;
  if (!lease || lease.holder === null) return true;
  if (lease.holder === self) return true;
  return nowMs - sinceMs >= SILENCE_MS && nowMs - readableSinceMs >= GRACE_MS;
}

export interface Claim {
  readonly self: string;
  /** The generation is above this one too. */
  readonly floor: number;
  /**
   * No generation is below this: larger than in any lease before, even when the store was lost, or brought back from
   * an old copy. Seconds since the epoch are.
   */
  readonly leastGeneration: number;
}

/** The lease that `self` writes to take it. */
export function claimedLease({ lease }: LeaseReading, claim: Claim): Lease {
  const next = lease ? lease.generation + 1 : 0;
  const generation = Math.max(next, claim.leastGeneration, claim.floor + 1);
  return { holder: claim.self, generation, beat: 0 };
}

/** The lease as its holder has it. */
export interface HeldLease {
  readonly lease: Lease;
  readonly revision: number;
  /** When the last write that succeeded was sent. */
  readonly sentAtMs: number;
  /** The beat of a renewal of which it is not known whether it was written, and when it was sent. */
  readonly unsure: { readonly beat: number; readonly sentAtMs: number } | undefined;
}

export function mayAct(held: HeldLease, nowMs: number): boolean {
  return nowMs - held.sentAtMs < HOLD_MS;
}

export function renewedLease({ lease }: HeldLease): Lease {
  return { ...lease, beat: lease.beat + 1 };
}

export function givenBack(lease: Lease): Lease {
  return { ...lease, holder: null };
}

/** After a renewal whose outcome is unknown: what a reading makes of it. `undefined`: somebody else has the lease. */
export function resolveUnsure(held: HeldLease, { lease, revision }: LeaseReading): HeldLease | undefined {
  const isOurs =
    lease !== undefined &&
    revision !== undefined &&
    lease.holder === held.lease.holder &&
    lease.generation === held.lease.generation;
  if (!isOurs) return undefined;
  const wasWritten = lease.beat === held.unsure?.beat;
  const sentAtMs = wasWritten ? held.unsure.sentAtMs : held.sentAtMs;
  return { lease, revision, sentAtMs, unsure: undefined };
}
