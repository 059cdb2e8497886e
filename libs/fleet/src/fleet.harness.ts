import type { Command, Heartbeat, Issued, Overload, Scale, Spillover } from '@spillway/contracts';
import { aLog, aPolicy } from '@spillway/testkit';
import { Fleet } from './fleet.js';

export const T0 = 1_795_000_000_000;

/** A log time as the payloads write it. */
export const timestamp = (at: number) => new Date(at).toISOString();

/** A fleet whose monotonic clock is the log's: entries are read the moment they are written. */
export function aFleet(policy = aPolicy(), fleet = new Fleet('own-boot')) {
  const log = aLog();
  const apply = (event: Parameters<typeof log>[0], at: number) => fleet.apply(log(event, at), at);
  apply({ kind: 'policy', policy }, T0);
  return {
    fleet,
    apply,
    hear: (heartbeat: Heartbeat, at: number) => apply({ kind: 'heartbeat', heartbeat }, at),
    usable: (region = 'us-east-1') => fleet.regions.get(region)?.usable.map((node) => node.id),
  };
}

/** A batch of another router. */
export function issued(decisions: Issued['decisions'] = [], rest: Partial<Issued> = {}): Issued {
  return {
    at: '2026-11-22T10:00:00Z',
    routerId: 'r2',
    bootId: 'other-boot',
    batch: 0,
    decisions,
    ...rest,
  };
}

export const served = (...nodes: string[]): Issued['decisions'][number] => ({
  id: 'r2-x-0',
  region: 'us-east-1',
  nodes,
  nearestRegion: null,
  reason: 'nearest',
  ageMs: 0,
});

/** A drain of instance `i-1`, to be begun within a minute of `T0`. */
export function aCommand(rest: Partial<Command> = {}): Command {
  return {
    at: timestamp(T0),
    id: 'c1',
    command: 'drain',
    instanceId: 'i-1',
    deadlineSeconds: 600,
    expiresAt: timestamp(T0 + 60_000),
    reason: '',
    origin: 'operator',
    ...rest,
  };
}

export function aSpillover(rest: Partial<Spillover> = {}): Spillover {
  return {
    at: timestamp(T0),
    priceMs: 100,
    integralMs: 100,
    utilization: 0.79,
    demand: 0.9,
    loadPerCredential: { bandwidthBps: 1_000_000, allocations: 0.5 },
    origins: {},
    target: 0.79,
    generation: 1,
    validForSeconds: 60,
    ...rest,
  };
}

export function anOverload(rest: Partial<Overload> = {}): Overload {
  const at = timestamp(T0);
  return { at, state: 'entered', utilization: 0.85, threshold: 0.8, since: at, ...rest };
}

export function aPlan(rest: Partial<Scale> = {}): Scale {
  return {
    at: timestamp(T0),
    revision: 1,
    parentRevision: null,
    generation: 1,
    current: 2,
    desired: 3,
    drain: [],
    undrain: [],
    terminate: [],
    reasons: [],
    outcome: 'planned',
    error: null,
    ...rest,
  };
}
