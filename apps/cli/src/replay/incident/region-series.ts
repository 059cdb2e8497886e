import type { Issued } from '@spillway/contracts';
import type { Fleet, FleetRegion } from '@spillway/fleet';
import { Column, least, most, sum } from './column.js';
import { priceOf } from './region-watch.js';
import { TimeAxis } from './time-axis.js';

/** Shares of clients are taken over so much time, in ms. */
const SHARE_MS = 15_000;
/** Regions that have charts, at most: more than all clouds have. */
const MAX_REGIONS = 300;

const makeColumns = () => ({
  load: new Column(sum),
  loadLooks: new Column(sum),
  loadPeak: new Column(most),
  demand: new Column(most),
  price: new Column(most),
  usable: new Column(least),
  nodes: new Column(most),
  /** Clients that belong here, clients served here; those of each that the other does not have. */
  own: new Column(sum),
  served: new Column(sum),
  away: new Column(sum),
  guests: new Column(sum),
});
type RegionColumns = ReturnType<typeof makeColumns>;

/** What the charts of a region show, point by point; `null` where nothing is known. */
export interface RegionSeries {
  /** Load ÷ capacity, reservations included: the mean of the point's time, and its highest. */
  readonly load: readonly (number | null)[];
  readonly loadPeak: readonly (number | null)[];
  /** As the autoscaler reckons it: load ÷ capacity if all clients were served where they belong. */
  readonly demand: readonly (number | null)[];
  /** Milliseconds, the highest. */
  readonly price: readonly (number | null)[];
  /** Nodes that can be handed out, the fewest; nodes known, the most. */
  readonly usable: readonly (number | null)[];
  readonly nodes: readonly (number | null)[];
  /** Clients placed that belong to the region, and those of them that were served elsewhere. */
  readonly own: readonly number[];
  readonly away: readonly number[];
  /** Clients placed in the region, and those of them that belong elsewhere. */
  readonly served: readonly number[];
  readonly guests: readonly number[];
  /** `away` ÷ `own` and `guests` ÷ `served`, of the last 15 s at least: single clients say little. */
  readonly spillOut: readonly (number | null)[];
  readonly spillIn: readonly (number | null)[];
}

/** The fleet as it was every second, on as many points as a chart has, whatever the length of the window. */
export class SeriesRecorder {
  readonly axis: TimeAxis;
  private readonly regions = new Map<string, RegionColumns>();
  private readonly flowCounts = new Map<string, Map<string, number>>();

  constructor(fromMs: number) {
    this.axis = new TimeAxis(fromMs, () => {
      for (const columns of this.regions.values()) {
        for (const column of Object.values(columns)) column.halve();
      }
    });
  }

  /** Clients by the region they belong to, then the one that served them. */
  get flows(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.flowCounts;
  }

  look(fleet: Fleet, now: number): void {
    const point = this.axis.pointOf(now);
    if (point === undefined) return;
    for (const region of fleet.regions.values()) this.lookAt(region, fleet, point, now);
  }

  count({ decisions }: Issued, writtenAt: number): void {
    for (const { atMs, ageMs, region, nearestRegion } of decisions) {
      // Its own time is the router's, which may be ahead of what is read here.
      const point = this.axis.pointOf(Math.min(writtenAt, atMs ?? writtenAt - ageMs));
      if (point === undefined) continue;
      const isGuest = nearestRegion !== null && nearestRegion !== region;
      const there = this.of(region);
      there?.served.add(point, 1);
      if (isGuest) there?.guests.add(point, 1);
      if (nearestRegion === null) continue;
      const home = this.of(nearestRegion);
      home?.own.add(point, 1);
      if (isGuest) home?.away.add(point, 1);
      this.countFlow(nearestRegion, region);
    }
  }

  private of(region: string): RegionColumns | undefined {
    let columns = this.regions.get(region);
    if (!columns && this.regions.size < MAX_REGIONS) {
      this.regions.set(region, (columns = makeColumns()));
    }
    return columns;
  }

  /** Of one region; `undefined` where nothing was ever seen of it. */
  seriesOf(region: string): RegionSeries | undefined {
    const columns = this.regions.get(region);
    if (!columns) return undefined;
    const { length, stepMs } = this.axis;
    const window = Math.ceil(SHARE_MS / stepMs);
    const known = (column: Column, digits: number) => rounded(column.values.subarray(0, length), digits);
    const counts = (column: Column) => known(column, 0).map((count) => count ?? 0);
    return {
      load: shares(columns.load, columns.loadLooks, length, 1),
      loadPeak: known(columns.loadPeak, 4),
      demand: known(columns.demand, 4),
      price: known(columns.price, 1),
      usable: known(columns.usable, 0),
      nodes: known(columns.nodes, 0),
      own: counts(columns.own),
      away: counts(columns.away),
      served: counts(columns.served),
      guests: counts(columns.guests),
      spillOut: shares(columns.away, columns.own, length, window),
      spillIn: shares(columns.guests, columns.served, length, window),
    };
  }

  get regionIds(): readonly string[] {
    return [...this.regions.keys()];
  }

  private lookAt(region: FleetRegion, fleet: Fleet, point: number, now: number): void {
    const columns = this.of(region.id);
    if (!columns) return;
    const { utilization, usable, nodeCount, spillover } = region;
    if (utilization !== null) {
      columns.load.add(point, utilization);
      columns.loadLooks.add(point, 1);
      columns.loadPeak.add(point, utilization);
    }
    const demand = spillover?.event.demand ?? null;
    if (demand !== null) columns.demand.add(point, demand);
    columns.price.add(point, priceOf(region, fleet, now));
    columns.usable.add(point, usable.length);
    columns.nodes.add(point, nodeCount);
  }

  private countFlow(home: string, served: string): void {
    let flows = this.flowCounts.get(home);
    if (!flows) {
      if (this.flowCounts.size >= MAX_REGIONS) return;
      this.flowCounts.set(home, (flows = new Map<string, number>()));
    }
    if (flows.size < MAX_REGIONS || flows.has(served)) flows.set(served, (flows.get(served) ?? 0) + 1);
  }
}

/** Of `window` points up to each; `null` where there was nothing to take a share of. */
function shares(part: Column, whole: Column, length: number, window: number): (number | null)[] {
  let some = 0;
  let all = 0;
  return Array.from({ length }, (_, point) => {
    some += part.countAt(point) - part.countAt(point - window);
    all += whole.countAt(point) - whole.countAt(point - window);
    return all > 0 ? round(some / all, 4) : null;
  });
}

function rounded(values: Float64Array, digits: number): (number | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : round(value, digits)));
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
