import type { IncidentFold } from './incident-fold.js';
import type { IncidentEvent, IncidentKind } from './incident-event.js';
import { notesOf } from './notes.js';
import { reportRegions, type RegionReport } from './region-report.js';

/** Where the log was read from, as far as a reader of the report must know. */
export interface IncidentOrigin {
  /** The address of NATS or the name of a file. */
  readonly name: string;
  /** The window that was asked for, log time in ms; `null` for as far as there is. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** The log goes back only to here, which is later than asked. */
  readonly beginsLateMs: number | null;
  /** What else a reader of it should know, in plain words. */
  readonly remarks: readonly string[];
}

export interface ReportedEvent extends IncidentEvent {
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** An incident, as `--json` writes it and the page holds it. Times are log time, in ms since the epoch. */
export interface IncidentReport {
  readonly format: 'spillway-incident';
  readonly version: 1;
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly totals: { readonly entries: number; readonly decisions: number; readonly refusals: number };
  /** The last in force. */
  readonly policy: {
    readonly revision: string;
    readonly strategy: string;
    readonly threshold: number;
  } | null;
  /** What a reader must know of what was not there to be read, in plain words. */
  readonly notes: readonly string[];
  readonly missing: IncidentFold['telemetry']['missing'];
  readonly unreadable: Readonly<Record<string, number>>;
  /** Of all series: time of the first point, from one to the next, how many. */
  readonly points: { readonly fromMs: number; readonly stepMs: number; readonly count: number };
  readonly regions: readonly RegionReport[];
  /** Who went where; clients whose home is not known are not counted. */
  readonly flows: readonly { readonly home: string; readonly served: string; readonly clients: number }[];
  readonly kinds: Readonly<Partial<Record<IncidentKind, number>>>;
  readonly eventsLeftOut: number;
  readonly events: readonly ReportedEvent[];
}

/** @param only regions to report of; events of the whole fleet are told in any case. All unless told. */
export function reportIncident(
  fold: IncidentFold,
  origin: IncidentOrigin,
  only?: readonly string[],
): IncidentReport {
  const { book, fleet, series, telemetry, firstEntry, totals } = fold;
  // Before the first entry there is nothing to be shown.
  const fromMs = series?.axis.fromMs ?? origin.fromMs ?? fold.lastMs;
  const toMs = Math.max(fromMs, fold.lastMs);
  const isOf = (region: string | undefined) => region === undefined || !only || only.includes(region);
  const { policy } = fleet;
  return {
    format: 'spillway-incident',
    version: 1,
    source: origin.name,
    from: timestamp(fromMs),
    to: timestamp(toMs),
    fromMs,
    toMs,
    firstPosition: firstEntry?.position ?? 0,
    lastPosition: fleet.position,
    totals,
    policy: policy
      ? { revision: policy.revision, strategy: policy.strategy, threshold: policy.threshold }
      : null,
    notes: notesOf(fold, origin),
    missing: telemetry.missing,
    unreadable: Object.fromEntries(telemetry.unreadable),
    points: {
      fromMs: series?.axis.fromMs ?? fromMs,
      stepMs: series?.axis.stepMs ?? 0,
      count: series?.axis.length ?? 0,
    },
    regions: reportRegions(fold, fromMs, toMs).filter(({ region }) => isOf(region)),
    flows: flowsOf(fold).filter(({ home, served }) => isOf(home) || isOf(served)),
    kinds: Object.fromEntries(book.counts),
    eventsLeftOut: book.leftOut,
    events: [...book.all]
      .filter(({ region }) => isOf(region))
      .sort((a, b) => a.atMs - b.atMs)
      .map(reported),
  };
}

function reported(event: IncidentEvent): ReportedEvent {
  return { at: timestamp(event.atMs), ...event };
}

function flowsOf({ series }: IncidentFold): IncidentReport['flows'] {
  const flows = [...(series?.flows ?? [])].flatMap(([home, servedBy]) =>
    [...servedBy].map(([served, clients]) => ({ home, served, clients })),
  );
  return flows.filter(({ home, served }) => home !== served).sort((a, b) => b.clients - a.clients);
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
