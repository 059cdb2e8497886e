import type { IncidentFold } from './incident-fold.js';
import type { RegionSeries } from './region-series.js';
import type { Span } from './region-watch.js';

/** One region in the window: its worst, and how it went. */
export interface RegionReport {
  readonly region: string;
  /** Nothing happened that somebody would want to see. */
  readonly isQuiet: boolean;
  readonly alarms: number;
  /** Load ÷ capacity. `null` where it was never known. */
  readonly peakLoad: number | null;
  readonly peakDemand: number | null;
  readonly peakPriceMs: number;
  readonly overloadedMs: number;
  /** Nodes that could be handed out. */
  readonly fewestUsable: number | null;
  readonly mostUsable: number | null;
  /** Clients that belong there; clients served there; shares of them served elsewhere, and from elsewhere. */
  readonly own: number;
  readonly served: number;
  readonly spillOut: number | null;
  readonly spillIn: number | null;
  /** Within the window; `toMs` is its end where overload went on. */
  readonly overloads: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly series: RegionSeries;
}

/** A price below this, in ms, moves nobody; a share below this is not worth a look. */
const QUIET = { priceMs: 1, share: 0.005 } as const;

/** The regions of the policy in its order, then those that were seen besides. */
export function reportRegions(fold: IncidentFold, fromMs: number, toMs: number): RegionReport[] {
  const { series, fleet } = fold;
  if (!series) return [];
  const ids = new Set([...fleet.regions.keys(), ...series.regionIds]);
  return [...ids].flatMap((region) => {
    const regionSeries = series.seriesOf(region);
    return regionSeries ? [reportRegion(region, regionSeries, fold, { fromMs, toMs })] : [];
  });
}

function reportRegion(
  region: string,
  series: RegionSeries,
  { book, watches }: IncidentFold,
  window: { fromMs: number; toMs: number },
): RegionReport {
  const own = sum(series.own);
  const served = sum(series.served);
  const overloads = within(window, watches.regions.overloadsOf(region));
  const figures = {
    alarms: book.all.filter((event) => event.level === 'alarm' && event.region === region).length,
    peakLoad: highest(series.loadPeak),
    peakDemand: highest(series.demand),
    peakPriceMs: highest(series.price) ?? 0,
    overloadedMs: sum(overloads.map(({ fromMs, toMs }) => toMs - fromMs)),
    fewestUsable: lowest(series.usable),
    mostUsable: highest(series.usable),
    own,
    served,
    spillOut: share(series.away, own),
    spillIn: share(series.guests, served),
  };
  return { region, isQuiet: isQuiet(figures), ...figures, overloads, series };
}

function isQuiet(figures: Omit<RegionReport, 'region' | 'isQuiet' | 'overloads' | 'series'>): boolean {
  const { alarms, overloadedMs, peakPriceMs, spillOut, spillIn, fewestUsable, mostUsable } = figures;
  const isCalm = alarms === 0 && overloadedMs === 0 && peakPriceMs < QUIET.priceMs;
  const isAlone = Math.max(spillOut ?? 0, spillIn ?? 0) < QUIET.share;
  return isCalm && isAlone && fewestUsable === mostUsable;
}

function within(window: { fromMs: number; toMs: number }, spans: readonly Span[]): RegionReport['overloads'] {
  return spans
    .map(({ fromMs, toMs }) => ({
      fromMs: Math.max(window.fromMs, fromMs),
      toMs: Math.min(window.toMs, toMs ?? window.toMs),
    }))
    .filter(({ fromMs, toMs }) => toMs >= fromMs);
}

function share(part: readonly number[], all: number): number | null {
  return all === 0 ? null : Math.round((sum(part) / all) * 10_000) / 10_000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function highest(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}

function lowest(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
}
