import type { Slot } from './node-rows.js';
import type { Tallies } from './tallies.js';

/** After so many ms of log time the other routers' batches have told what they issued (invariant 6). */
export const TOLD_AFTER_MS = 500;

/** What was issued within so many milliseconds is told together, with the last of it: never too early. */
const STEP_MS = 50;

interface Bucket {
  readonly at: number;
  /** The row of one for each credential. */
  readonly tallies: Slot[];
}

/**
 * What this router issued of late. The others issue as well, and their batches have not told it yet: until they
 * have, each credential of one's own stands for one of every live router.
 */
export class Untold {
  /** By time; own credentials are issued in the order of time. */
  private readonly buckets: Bucket[] = [];
  /** How many of the others each counts for. */
  private others = 0;

  constructor(private readonly tallies: Tallies) {}

  /** One was issued at `at`. */
  add(tally: Slot, at: number): void {
    const step = Math.ceil(at / STEP_MS) * STEP_MS;
    let bucket = this.buckets.at(-1);
    if (!bucket || bucket.at < step) this.buckets.push((bucket = { at: step, tallies: [] }));
    bucket.tallies.push(tally);
    this.change(tally, this.others);
  }

  /** What was issued at `before` or earlier has been told. */
  end(before: number): void {
    for (let oldest = this.buckets[0]; oldest && oldest.at <= before; oldest = this.buckets[0]) {
      this.buckets.shift();
      for (const tally of oldest.tallies) this.change(tally, -this.others);
    }
  }

  /** So many routers besides this one are alive. */
  setOthers(others: number): void {
    const by = others - this.others;
    if (by === 0) return;
    this.others = others;
    for (const { tallies } of this.buckets) for (const tally of tallies) this.change(tally, by);
  }

  private change(tally: Slot, by: number): void {
    if (by !== 0) this.tallies.change(tally, by);
  }
}
