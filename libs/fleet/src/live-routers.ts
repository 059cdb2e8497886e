/** A router whose last batch is older than this no longer counts, in ms; its sign of life comes every 2 s. */
export const ROUTER_LIVE_MS = 5_000;

/** Routers known at the same time, at most; a flood of made-up ones ends here. */
const MAX_ROUTERS = 1_000;

/** The runs of other routers that are alive, by their batches. */
export class LiveRouters {
  /** Log time of the last batch of each, the longest silent first: log time never runs backwards. */
  private readonly heardAt = new Map<string, number>();
  /** Log time before which none is too long silent. */
  private silentFrom = Infinity;

  get count(): number {
    return this.heardAt.size;
  }

  hear(routerId: string, bootId: string, at: number): void {
    const run = `${routerId}/${bootId}`;
    if (!this.heardAt.delete(run) && this.heardAt.size >= MAX_ROUTERS) return;
    this.heardAt.set(run, at);
    this.silentFrom = Math.min(this.silentFrom, at + ROUTER_LIVE_MS);
  }

  /** Forgets those that have been silent for too long by `now`. */
  age(now: number): void {
    if (now < this.silentFrom) return;
    for (const [run, at] of this.heardAt) {
      this.silentFrom = at + ROUTER_LIVE_MS;
      if (this.silentFrom > now) return;
      this.heardAt.delete(run);
    }
    this.silentFrom = Infinity;
  }
}
