/** From this many nodes on, a common silence is taken for the bus's rather than the nodes' own. */
const MIN_NODES = 5;
/** Last heartbeats are compared in buckets of log time … */
const BUCKET_MS = 5_000;
/** … and nodes fell silent together when theirs lie in so many neighbouring ones (intervals up to 15 s). */
const TOGETHER_BUCKETS = 4;

/** Silent nodes of one region whose last heartbeats lie in one bucket. */
interface Silence {
  /** Nodes that should have been heard since. */
  silent: number;
  /** Nodes that stopped in good order: their silence says nothing. */
  stopped: number;
}

/** What the watch must know of a region besides its silent nodes. */
export interface KnownRegion {
  readonly id: string;
  readonly nodeCount: number;
}

/**
 * Tells a silent bus from silent nodes: when at least five nodes, and more than were heard from later, fell
 * silent together, the bus is suspect and those nodes are *held*: kept as they were last seen. A region that
 * falls silent alone is not held while any other region is heard: the bus evidently works.
 *
 * This depends on nothing but when each node was last heard, so a fold that starts late comes to the same
 * result.
 */
export class SilenceWatch {
  /** By bucket, then by region. */
  private readonly buckets = new Map<number, Map<string, Silence>>();
  private held = new Set<number>();

  get isBusSuspect(): boolean {
    return this.held.size > 0;
  }

  isHeld(lastSeenAt: number): boolean {
    return this.held.has(bucketOf(lastSeenAt));
  }

  /** Counts a node that went (`by` 1) or is no longer (-1) silent. */
  count(region: string, lastSeenAt: number, isStopped: boolean, by: 1 | -1): void {
    const key = bucketOf(lastSeenAt);
    let bucket = this.buckets.get(key);
    if (!bucket) this.buckets.set(key, (bucket = new Map<string, Silence>()));
    let silence = bucket.get(region);
    if (!silence) bucket.set(region, (silence = { silent: 0, stopped: 0 }));
    if (isStopped) silence.stopped += by;
    else silence.silent += by;
    if (silence.silent + silence.stopped === 0) bucket.delete(region);
    if (bucket.size === 0) this.buckets.delete(key);
  }

  /** Weighs the silence anew; true when other nodes than before are held. */
  reconsider(regions: Iterable<KnownRegion>): boolean {
    if (this.buckets.size === 0 && this.held.size === 0) return false;
    const known = [...regions];
    const held = new Set<number>();
    for (const first of this.buckets.keys()) {
      const last = first + TOGETHER_BUCKETS - 1;
      if (!this.isCommon(first, last, known)) continue;
      for (let key = first; key <= last; key++) held.add(key);
    }
    const isSame = held.size === this.held.size && [...held].every((key) => this.held.has(key));
    this.held = held;
    return !isSame;
  }

  /** Whether the nodes last heard in these buckets fell silent because of the bus. */
  private isCommon(first: number, last: number, known: readonly KnownRegion[]): boolean {
    const together = this.silentIn(first, last, ({ silent }) => silent);
    const upTo = this.silentIn(-Infinity, last, ({ silent, stopped }) => silent + stopped);
    const heardIn = known.filter(({ id, nodeCount }) => nodeCount > (upTo.get(id) ?? 0)).map(({ id }) => id);
    const heardLater = sum(known.map(({ nodeCount }) => nodeCount)) - sum(upTo.values());
    const silent = sum(together.values());
    if (silent < MIN_NODES || silent <= heardLater) return false;
    return together.size > 1 || heardIn.every((id) => together.has(id));
  }

  /** Per region, how many silent nodes were last heard in these buckets; regions without any are left out. */
  private silentIn(first: number, last: number, countOf: (silence: Silence) => number): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [key, bucket] of this.buckets) {
      if (key < first || key > last) continue;
      for (const [region, silence] of bucket) {
        const count = countOf(silence);
        if (count > 0) counts.set(region, (counts.get(region) ?? 0) + count);
      }
    }
    return counts;
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function bucketOf(lastSeenAt: number): number {
  return Math.floor(lastSeenAt / BUCKET_MS);
}
