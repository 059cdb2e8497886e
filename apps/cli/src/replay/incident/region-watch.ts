import type { Fleet, FleetRegion } from '@spillway/fleet';
import { regionPriceMs } from '@spillway/placement';
import { Bands } from './bands.js';
import type { EventOf, Scene, Watch } from './watch.js';
import { milliseconds, percent, timeOfDay } from './wording.js';

/** Prices worth telling, in ms: the next region is seldom nearer than the first, and never farther than the last. */
const PRICE_BANDS = [1, 15, 50, 150, 500, 1500];
/** Near the threshold a price swings with every heartbeat. */
const PRICE_HOLD_MS = 30_000;

/** When demand was over the threshold; `toMs` is `null` for as long as it is. */
export interface Span {
  readonly fromMs: number;
  toMs: number | null;
}
const MAX_SPANS = 1_000;

interface Watched {
  readonly price: Bands;
  isOverloaded: boolean | undefined;
  hasUsable: boolean | undefined;
  readonly overloads: Span[];
}

/** Regions that are overloaded, dear or empty. */
export class RegionWatch implements Watch {
  private readonly watched = new Map<string, Watched>();
  private readonly outside = new Set<string>();

  constructor(private readonly scene: Scene) {}

  /** When each region was overloaded, the last first told of still open if it is. */
  overloadsOf(region: string): readonly Span[] {
    return this.watched.get(region)?.overloads ?? [];
  }

  /** Something was said of a region that the policy does not name. */
  noteOutside(region: string): void {
    if (this.outside.has(region) || this.outside.size >= MAX_SPANS) return;
    this.outside.add(region);
    this.scene.tell({
      kind: 'region-unknown',
      region,
      text: 'not named by the policy: nothing is placed there',
    });
  }

  onRegionEvent(event: EventOf<'overload' | 'spillover' | 'scale'>, now: number): void {
    if (event.kind !== 'overload') return;
    const { state, utilization, threshold, since } = event.overload;
    const watched = this.of(event.region);
    const isOverloaded = state === 'entered';
    const before = watched.isOverloaded;
    watched.isOverloaded = isOverloaded;
    if (before === isOverloaded || (before === undefined && !isOverloaded)) return;
    this.mark(watched, isOverloaded, now);
    this.scene.tell({
      kind: isOverloaded ? 'overload-entered' : 'overload-cleared',
      region: event.region,
      text: isOverloaded
        ? `overloaded: demand ${percent(utilization)} of capacity, at ${percent(threshold)} since ${timeOfDay(Date.parse(since))}`
        : `overloaded no more: demand ${percent(utilization)} of capacity`,
      facts: { utilization, threshold, since },
    });
  }

  onLook(now: number): void {
    for (const region of this.scene.fleet.regions.values()) {
      const watched = this.of(region.id);
      this.lookAtNodes(region, watched);
      this.lookAtPrice(region, watched, now);
    }
  }

  private lookAtNodes({ id, usable, nodeCount, silentCount }: FleetRegion, watched: Watched): void {
    const hasUsable = usable.length > 0;
    if (hasUsable === watched.hasUsable) return;
    // One that has no node yet is not told: its first ones are.
    const isNews = watched.hasUsable !== undefined;
    watched.hasUsable = isNews || hasUsable ? hasUsable : undefined;
    if (!isNews) return;
    this.scene.tell({
      kind: hasUsable ? 'region-served' : 'region-empty',
      region: id,
      text: hasUsable
        ? `nodes to hand out again: ${usable.length}`
        : `no node left to hand out: ${nodeCount} known, ${silentCount} of them silent`,
      facts: { usable: usable.length, known: nodeCount, silent: silentCount },
    });
  }

  private lookAtPrice(region: FleetRegion, { price }: Watched, now: number): void {
    const current = priceOf(region, this.scene.fleet, now);
    const move = price.move(current, now);
    if (!move) return;
    const load = percent(region.utilization);
    this.scene.tell(
      {
        kind: move.to > move.from ? 'price-rose' : 'price-fell',
        region: region.id,
        text: `price ${milliseconds(move.from)} → ${milliseconds(move.to)} at ${load} load`,
        facts: { fromMs: round(move.from), toMs: round(move.to), utilization: region.utilization },
      },
      move.atMs,
    );
  }

  private mark({ overloads }: Watched, isOverloaded: boolean, now: number): void {
    if (isOverloaded) {
      if (overloads.length < MAX_SPANS) overloads.push({ fromMs: now, toMs: null });
      return;
    }
    const last = overloads.at(-1);
    if (last) last.toMs ??= now;
  }

  private of(region: string): Watched {
    let watched = this.watched.get(region);
    if (!watched) {
      watched = {
        price: new Bands(PRICE_BANDS, PRICE_HOLD_MS),
        isOverloaded: undefined,
        hasUsable: undefined,
        overloads: [],
      };
      this.watched.set(region, watched);
    }
    return watched;
  }
}

/** What a place costs now, in ms, to whom has issued nothing itself; 0 where a price means nothing. */
export function priceOf(region: FleetRegion, { policy }: Fleet, now: number): number {
  if (policy?.strategy !== 'priced' || region.usable.length === 0) return 0;
  return regionPriceMs(region, policy, now);
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
