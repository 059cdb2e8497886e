import type { AskedWindow } from '../log/asked-window.js';
import { duration, time } from '../log/wording.js';
import { describeDifferences } from '../policy/describe-differences.js';
import type { LogWindowInfo } from '@spillway/messaging';
import type { Comparison } from './comparison.js';

export interface Origin {
  /** Of NATS or of the file, to be shown. */
  readonly source: string;
  readonly asked: AskedWindow;
  readonly info: LogWindowInfo;
  readonly addedNodes: ReadonlyMap<string, number>;
}

/** Of one side. What is not known is `null`. */
export interface SideReport {
  readonly placed: number;
  readonly refused: number;
  readonly spilled: number;
  readonly spillShare: number | null;
  /** Estimated from where clients were, to a degree. */
  readonly rtt: { readonly clients: number; readonly meanMs: number | null; readonly p95Ms: number | null };
  readonly nodeHours: number;
  readonly neededNodeHours: number;
  readonly meanBps: number | null;
  readonly meanAllocations: number | null;
}

export interface RegionSideReport {
  readonly clients: number;
  readonly peakLoad: number | null;
  readonly peakAt: string | null;
  readonly meanLoad: number | null;
  /** Seconds at the recorded policy's threshold or above. */
  readonly fullSeconds: number;
  readonly mostUsable: number;
}

export interface WhatIfReport {
  readonly format: 'spillway-what-if';
  readonly version: 1;
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly change: {
    readonly policy: readonly string[];
    readonly addedNodes: Readonly<Record<string, number>>;
  };
  /** Of the decisions and refusals of the window. */
  readonly answers: Readonly<Comparison['answers']> & { readonly all: number };
  readonly kept: Readonly<Record<string, number>>;
  readonly recorded: SideReport;
  readonly changed: SideReport;
  /** The most first. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly clients: number }[];
  readonly regions: readonly {
    readonly region: string;
    readonly recorded: RegionSideReport;
    readonly changed: RegionSideReport;
  }[];
  /** What was not whole. */
  readonly notes: readonly string[];
}

type Side = Comparison['recorded'];

export function reportComparison(comparison: Comparison, origin: Origin): WhatIfReport {
  const { recorded, changed, policies, moves } = comparison;
  const [fromMs, toMs] = windowCompared(comparison, origin.asked);
  const regions = new Set([...recorded.fleet.regions.keys(), ...changed.fleet.regions.keys()]);
  return {
    format: 'spillway-what-if',
    version: 1,
    source: origin.source,
    from: iso(fromMs),
    to: iso(toMs),
    change: {
      policy: policies.changed ? describeDifferences(policies.recorded, policies.changed) : [],
      addedNodes: Object.fromEntries(origin.addedNodes),
    },
    answers: { all: comparison.all, ...comparison.answers },
    kept: Object.fromEntries(comparison.kept),
    recorded: reportSide(recorded),
    changed: reportSide(changed),
    moves: [...moves]
      .flatMap(([from, targets]) => [...targets].map(([to, clients]) => ({ from, to, clients })))
      .sort((a, b) => b.clients - a.clients),
    regions: [...regions].map((region) => ({
      region,
      recorded: reportRegion(recorded, region),
      changed: reportRegion(changed, region),
    })),
    notes: notesOf(comparison, origin),
  };
}

function reportSide({ clients, fleet }: Side): SideReport {
  const { placed, refused, spilled, spillShare, rtt } = clients;
  return {
    placed,
    refused,
    spilled,
    spillShare: rounded(spillShare, 5),
    rtt: { clients: rtt.size, meanMs: rounded(rtt.mean, 3), p95Ms: rounded(rtt.quantile(0.95), 1) },
    nodeHours: rounded(fleet.nodeHours, 4) ?? 0,
    neededNodeHours: rounded(fleet.neededNodeHours, 4) ?? 0,
    meanBps: rounded(fleet.meanBps, 0),
    meanAllocations: rounded(fleet.meanAllocations, 1),
  };
}

function reportRegion({ clients, fleet }: Side, region: string): RegionSideReport {
  const side = fleet.regions.get(region);
  const peakAtMs = side?.peakAtMs ?? null;
  return {
    clients: clients.byRegion.get(region) ?? 0,
    peakLoad: rounded(side?.peakLoad ?? null, 4),
    peakAt: peakAtMs === null ? null : iso(peakAtMs),
    meanLoad: side && side.knownSeconds > 0 ? rounded(side.loadSum / side.knownSeconds, 4) : null,
    fullSeconds: side?.fullSeconds ?? 0,
    mostUsable: side?.mostUsable ?? 0,
  };
}

/** Something is said on the log of a fleet more often than this, in milliseconds. */
const QUIET_MS = 10_000;

/** The window that was asked for, as far as there was anything. */
function windowCompared({ firstMs, lastMs }: Comparison, { fromMs, toMs }: AskedWindow): [number, number] {
  if (firstMs === undefined) return [fromMs ?? 0, toMs ?? 0];
  return [
    fromMs !== null && firstMs - fromMs < QUIET_MS ? fromMs : firstMs,
    toMs !== null && toMs - lastMs < QUIET_MS ? toMs : lastMs,
  ];
}

function notesOf({ gaps, rejected, firstMs, all }: Comparison, { asked, info }: Origin): string[] {
  const { beginsLate } = info;
  const leadFromMs = (asked.fromMs ?? 0) - asked.leadMs;
  const isLate = beginsLate !== null && asked.fromMs !== null && beginsLate.atMs > leadFromMs;
  const missing = isLate ? duration(beginsLate.atMs - leadFromMs) : '';
  return [
    ...(firstMs === undefined ? ['Nothing of the window was there to be read.'] : []),
    ...(firstMs !== undefined && all === 0 ? ['No client asked in this window.'] : []),
    ...(isLate && beginsLate.position > 1
      ? [
          `The log goes back to ${time(beginsLate.atMs)}: ${missing} of what was asked for, with its lead, are gone.`,
        ]
      : []),
    ...(gaps > 0 ? [`Parts of the log are missing (${gaps}): spillway replay says which.`] : []),
    ...(rejected > 0 ? [`${rejected} messages could not be read: spillway replay says why.`] : []),
  ];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function rounded(value: number | null, digits: number): number | null {
  return value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits;
}
