import { ISSUED_WINDOW_SECONDS } from '@spillway/contracts';
import type { Slot } from './node-rows.js';
import type { Tallies } from './tallies.js';

/**
 * Reservations made within so many milliseconds end together, with the last of them: never too early. Few end
 * together, for the price of a region at its threshold goes by hundredths of a percent of its capacity.
 */
const STEP_MS = 50;

interface Bucket {
  readonly at: number;
  /** The row of one for each credential. */
  readonly tallies: Slot[];
}

/**
 * The credentials issued within the ramp that the policy sets. Kept by node id, known node or not, and a little
 * longer than any ramp: a fold that starts late, or a policy that changes, must come to the same counts.
 */
export class Reservations {
  /** By time. Those before `ended` are past the ramp. */
  private readonly buckets: Bucket[] = [];
  private ended = 0;
  /** Credentials in all of them. */
  kept = 0;

  constructor(private readonly tallies: Tallies) {}

  /**
   * Takes note of a credential issued at `at`; usually the latest yet, but a router that was cut off is late: then it
   * may no longer count.
   */
  add(tally: Slot, at: number): void {
    const index = this.bucketFor(Math.ceil(at / STEP_MS) * STEP_MS);
    this.buckets[index]?.tallies.push(tally);
    this.tallies.need(tally);
    this.kept++;
    if (index >= this.ended) this.tallies.change(tally, 1);
  }

  /** Ends what was issued `rampMs` or longer before `now`. */
  end(now: number, rampMs: number): void {
    for (
      let next = this.buckets[this.ended];
      next && next.at + rampMs <= now;
      next = this.buckets[this.ended]
    ) {
      this.ended++;
      for (const tally of next.tallies) this.tallies.change(tally, -1);
    }
    this.forget(now - ISSUED_WINDOW_SECONDS * 1000);
  }

  /** Counts everything that is kept again, for a ramp that changed; `end` then ends what is past the new one. */
  revive(): void {
    for (const { tallies } of this.buckets.slice(0, this.ended)) {
      for (const tally of tallies) this.tallies.change(tally, 1);
    }
    this.ended = 0;
  }

  /** The index of the bucket of a time, made where it is missing. */
  private bucketFor(at: number): number {
    let index = this.buckets.length;
    while (index > 0 && (this.buckets[index - 1]?.at ?? 0) > at) index--;
    if (this.buckets[index - 1]?.at === at) return index - 1;
    this.buckets.splice(index, 0, { at, tallies: [] });
    if (index < this.ended) this.ended++;
    return index;
  }

  private forget(before: number): void {
    for (
      let oldest = this.buckets[0];
      this.ended > 0 && oldest && oldest.at < before;
      oldest = this.buckets[0]
    ) {
      this.buckets.shift();
      this.ended--;
      this.kept -= oldest.tallies.length;
      for (const tally of oldest.tallies) this.tallies.unneed(tally);
    }
  }
}
