/** Reservations end in steps of this many milliseconds, rounded up: few buckets, and never too early. */
const STEP_MS = 250;

/** Counts per node that end at a known log time. `release` is told what to take back. */
export class ReservationCalendar<Node> {
  /** End time → node → count. Iteration is in the order of insertion, which is the order of the ends. */
  private readonly buckets = new Map<number, Map<Node, number>>();
  private lastEnd = 0;

  add(node: Node, endsAt: number): void {
    const end = Math.max(this.lastEnd, Math.ceil(endsAt / STEP_MS) * STEP_MS);
    this.lastEnd = end;
    let bucket = this.buckets.get(end);
    if (!bucket) this.buckets.set(end, (bucket = new Map<Node, number>()));
    bucket.set(node, (bucket.get(node) ?? 0) + 1);
  }

  releaseUntil(now: number, release: (node: Node, count: number) => void): void {
    for (const [end, bucket] of this.buckets) {
      if (end > now) return;
      this.buckets.delete(end);
      for (const [node, count] of bucket) release(node, count);
    }
  }
}
