import { ISSUED_WINDOW_SECONDS } from '@spillway/contracts';

/** Reservations made within so many milliseconds end together, with the last of them: never too early. */
const STEP_MS = 250;

interface Bucket {
  readonly at: number;
  readonly counts: Map<string, number>;
}

/**
 * How many credentials were issued for each node within the ramp that the policy sets. Kept by node id, known
 * node or not, and a little longer than any ramp: a fold that starts late, or a policy that changes, must come
 * to the same counts.
 */
export class Reservations {
  private readonly counts = new Map<string, number>();
  /** By time. Those before `ended` are past the ramp. */
  private readonly buckets: Bucket[] = [];
  private ended = 0;

  of(nodeId: string): number {
    return this.counts.get(nodeId) ?? 0;
  }

  add(nodeId: string, at: number): void {
    const step = Math.ceil(at / STEP_MS) * STEP_MS;
    let bucket = this.buckets.at(-1);
    if (!bucket || bucket.at < step) this.buckets.push((bucket = { at: step, counts: new Map() }));
    bucket.counts.set(nodeId, (bucket.counts.get(nodeId) ?? 0) + 1);
    this.count(nodeId, 1);
  }

  /** Ends what was issued `rampMs` or longer before `now`; `onChange` is told every node that this concerns. */
  end(now: number, rampMs: number, onChange: (nodeId: string) => void): void {
    for (
      let next = this.buckets[this.ended];
      next && next.at + rampMs <= now;
      next = this.buckets[this.ended]
    ) {
      this.ended++;
      for (const [nodeId, count] of next.counts) {
        this.count(nodeId, -count);
        onChange(nodeId);
      }
    }
    this.forget(now - ISSUED_WINDOW_SECONDS * 1000);
  }

  /** Counts everything that is kept again, for a ramp that changed; `end` then ends what is past the new one. */
  revive(): void {
    for (const { counts } of this.buckets.slice(0, this.ended)) {
      for (const [nodeId, count] of counts) this.count(nodeId, count);
    }
    this.ended = 0;
  }

  private forget(before: number): void {
    let old = 0;
    while (old < this.ended && (this.buckets[old]?.at ?? Infinity) < before) old++;
    if (old === 0) return;
    this.buckets.splice(0, old);
    this.ended -= old;
  }

  private count(nodeId: string, by: number): void {
    const count = this.of(nodeId) + by;
    if (count === 0) this.counts.delete(nodeId);
    else this.counts.set(nodeId, count);
  }
}
