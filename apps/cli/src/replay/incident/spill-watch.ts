import type { DecisionRecord, Issued } from '@spillway/contracts';
import { Bands } from './bands.js';
import type { Scene, Watch } from './watch.js';
import { percent, someOf } from './wording.js';

/** Decisions are counted over the last SPANS · SPAN_MS of log time. */
const SPAN_MS = 5_000;
const SPANS = 3;
/** A share of fewer decisions than this says nothing. */
const FEWEST = 10;
/** Shares worth telling. */
const SHARE_BANDS = [0.05, 0.2, 0.4, 0.6, 0.8];
const HOLD_MS = 10_000;
/** Routers' batches may name any region. */
const MAX_HOMES = 1_000;

/** Of the clients that belong to a region. */
interface Tally {
  own: number;
  /** Served elsewhere, by region. */
  readonly away: Map<string, number>;
}

/** Which share of a region's clients is served elsewhere. */
export class SpillWatch implements Watch {
  private current = new Map<string, Tally>();
  private former: Map<string, Tally>[] = [];
  private spanEndsAt = 0;
  private readonly bands = new Map<string, Bands>();

  constructor(private readonly scene: Scene) {}

  onIssued({ decisions }: Issued): void {
    for (const decision of decisions) this.count(decision);
  }

  onLook(now: number): void {
    if (now < this.spanEndsAt) return;
    this.spanEndsAt = now + SPAN_MS;
    const spans = [this.current, ...this.former];
    this.former = spans.slice(0, SPANS - 1);
    this.current = new Map<string, Tally>();
    const homes = new Set([...this.bands.keys(), ...spans.flatMap((span) => [...span.keys()])]);
    for (const home of homes) this.judge(home, total(spans, home), now);
  }

  private count({ nearestRegion, region }: DecisionRecord): void {
    if (nearestRegion === null) return;
    let tally = this.current.get(nearestRegion);
    if (!tally) {
      if (this.current.size >= MAX_HOMES) return;
      this.current.set(nearestRegion, (tally = { own: 0, away: new Map<string, number>() }));
    }
    tally.own++;
    if (region !== nearestRegion) tally.away.set(region, (tally.away.get(region) ?? 0) + 1);
  }

  private judge(home: string, { own, away }: Tally, now: number): void {
    if (own > 0 && own < FEWEST) return;
    const goneAway = [...away.values()].reduce((sum, count) => sum + count, 0);
    const move = this.bandsOf(home).move(own === 0 ? 0 : goneAway / own, now);
    if (!move) return;
    const where = [...away].sort(([, a], [, b]) => b - a).map(([region]) => region);
    this.scene.tell(
      {
        kind: move.to > move.from ? 'spill-rose' : 'spill-fell',
        region: home,
        text: `${percent(move.to)} of its clients served elsewhere${where.length > 0 ? ` (${someOf(where)})` : ''}, ${percent(move.from)} before`,
        facts: { from: move.from, to: move.to, clients: own },
      },
      move.atMs,
    );
  }

  private bandsOf(home: string): Bands {
    let bands = this.bands.get(home);
    if (!bands && this.bands.size >= MAX_HOMES) bands = new Bands([], 0);
    if (!bands) this.bands.set(home, (bands = new Bands(SHARE_BANDS, HOLD_MS)));
    return bands;
  }
}

function total(spans: readonly ReadonlyMap<string, Tally>[], home: string): Tally {
  const sum: Tally = { own: 0, away: new Map<string, number>() };
  for (const span of spans) {
    const tally = span.get(home);
    sum.own += tally?.own ?? 0;
    for (const [region, count] of tally?.away ?? [])
      sum.away.set(region, (sum.away.get(region) ?? 0) + count);
  }
  return sum;
}
