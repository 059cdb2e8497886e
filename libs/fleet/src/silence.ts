/** From this many nodes on, a common silence is taken for the bus's rather than the nodes' own. */
const MIN_NODES = 5;
/** Last heartbeats are compared in buckets of log time … */
const BUCKET_MS = 5_000;
/** … and nodes fell silent together when theirs lie in so many neighbouring ones (intervals up to 15 s). */
const TOGETHER_BUCKETS = 4;

interface Bucket {
  /** Nodes that should have been heard since. */
  silent: number;
  /** Nodes that stopped in good order: their silence says nothing. */
  stopped: number;
}

/**
 * Tells a silent bus from silent nodes: when at least five nodes, and more than were heard from later, fell
 * silent together, the bus is suspect and those nodes are *held*: kept as they were last seen.
 *
 * This depends on nothing but when each node was last heard, so a fold that starts late comes to the same
 * result.
 */
export class SilenceWatch {
  private readonly buckets = new Map<number, Bucket>();
  private held = new Set<number>();

  get isBusSuspect(): boolean {
    return this.held.size > 0;
  }

  isHeld(lastSeenAt: number): boolean {
    return this.held.has(bucketOf(lastSeenAt));
  }

  /** Counts a node that went (`by` 1) or is no longer (-1) silent. */
  count(lastSeenAt: number, isStopped: boolean, by: 1 | -1): void {
    const key = bucketOf(lastSeenAt);
    let bucket = this.buckets.get(key);
    if (!bucket) this.buckets.set(key, (bucket = { silent: 0, stopped: 0 }));
    if (isStopped) bucket.stopped += by;
    else bucket.silent += by;
    if (bucket.silent + bucket.stopped === 0) this.buckets.delete(key);
  }

  /** Weighs the silence anew in a fleet of `knownNodes`; true when other nodes than before are held. */
  reconsider(knownNodes: number): boolean {
    if (this.buckets.size === 0 && this.held.size === 0) return false;
    const held = new Set<number>();
    for (const first of this.buckets.keys()) {
      const last = first + TOGETHER_BUCKETS - 1;
      const { together, upTo } = this.silenceIn(first, last);
      if (together < MIN_NODES || together <= knownNodes - upTo) continue;
      for (let key = first; key <= last; key++) held.add(key);
    }
    const isSame = held.size === this.held.size && [...held].every((key) => this.held.has(key));
    this.held = held;
    return !isSame;
  }

  private silenceIn(first: number, last: number): { together: number; upTo: number } {
    let together = 0;
    let upTo = 0;
    for (const [key, { silent, stopped }] of this.buckets) {
      if (key > last) continue;
      upTo += silent + stopped;
      if (key >= first) together += silent;
    }
    return { together, upTo };
  }
}

function bucketOf(lastSeenAt: number): number {
  return Math.floor(lastSeenAt / BUCKET_MS);
}
