import type { Heartbeat, LoadPerCredential, PolicyDocument } from '@spillway/contracts';

/**
 * Load and capacity of a node in integers, so that sums over nodes are the same bits in whatever order they are
 * made. `null` is "not known". A part counts only when both its load and its capacity are known.
 */
export interface NodeLoad {
  /** The busier direction, in kbit/s, rounded up. */
  readonly kbps: number | null;
  readonly kbpsCapacity: number | null;
  readonly allocations: number | null;
  readonly allocationsCapacity: number | null;
  /** Thousandths of all cores, rounded up. */
  readonly cpuMilli: number | null;
}

export const CPU_CAPACITY_MILLI = 1000;

/**
 * A node counts for so many times its capacity at most. None carries more for long; one that says so lies or is broken,
 * and one of ten then moves its region's utilization by 15 points at most, not by ten times its capacity.
 */
export const MAX_NODE_UTILIZATION = 1.5;

/** Reads a heartbeat's load; a claim of more capacity than the policy allows is cut down to that. */
export function loadOf(
  { load, capacity }: Heartbeat,
  maxCapacity?: PolicyDocument['maxNodeCapacity'],
): NodeLoad {
  const bps = Math.max(load.egressBps ?? -1, load.ingressBps ?? -1);
  const kbpsCapacity = cap(capacity.bandwidthBps, maxCapacity?.bandwidthBps, 1000);
  const allocationsCapacity = cap(capacity.allocations, maxCapacity?.allocations, 1);
  return {
    kbps: carried(bps < 0 ? null : bps / 1000, kbpsCapacity),
    kbpsCapacity,
    allocations: carried(load.allocations, allocationsCapacity),
    allocationsCapacity,
    cpuMilli: load.cpu === null ? null : Math.ceil(load.cpu * CPU_CAPACITY_MILLI),
  };
}

function carried(load: number | null, capacity: number | null): number | null {
  if (load === null) return null;
  return Math.ceil(Math.min(load, (capacity ?? Infinity) * MAX_NODE_UTILIZATION));
}

function cap(claimed: number | null, limit: number | undefined, unit: number): number | null {
  if (claimed === null) return null;
  return Math.max(1, Math.floor(Math.min(claimed, limit ?? claimed) / unit));
}

/** The largest known part of load ÷ capacity as the heartbeat told it; `null` when no part is known. */
export function measuredUtilization({
  kbps,
  kbpsCapacity,
  allocations,
  allocationsCapacity,
  cpuMilli,
}: NodeLoad): number | null {
  let largest = -1;
  if (kbps !== null && kbpsCapacity !== null) largest = kbps / kbpsCapacity;
  if (allocations !== null && allocationsCapacity !== null) {
    largest = Math.max(largest, allocations / allocationsCapacity);
  }
  if (cpuMilli !== null) largest = Math.max(largest, cpuMilli / CPU_CAPACITY_MILLI);
  return largest < 0 ? null : largest;
}

/** The same of sums over nodes, where a capacity of zero is that of no node. */
export function largestPart(sums: {
  readonly [Part in keyof NodeLoad | 'cpuCapacity']: number;
}): number | null {
  let largest = -1;
  if (sums.kbpsCapacity > 0) largest = sums.kbps / sums.kbpsCapacity;
  if (sums.allocationsCapacity > 0) {
    largest = Math.max(largest, sums.allocations / sums.allocationsCapacity);
  }
  if (sums.cpuCapacity > 0) largest = Math.max(largest, sums.cpuMilli / sums.cpuCapacity);
  return largest < 0 ? null : largest;
}

/** What one issued credential is expected to add to its node until heartbeats show it. */
export interface ReservationUnit {
  readonly kbps: number;
  readonly allocations: number;
}

export const NO_RESERVATION: ReservationUnit = { kbps: 0, allocations: 0 };

export function reservationUnit({
  bandwidthBps,
  allocations,
}: PolicyDocument['reservation']): ReservationUnit {
  return { kbps: Math.ceil(bandwidthBps / 1000), allocations };
}

/** Rounded up, and never nothing: what was issued must always be seen to be more than what was not. */
export function unitOfCredential({ bandwidthBps, allocations }: LoadPerCredential): ReservationUnit {
  return {
    kbps: Math.max(1, Math.ceil(bandwidthBps / 1000)),
    allocations: Math.max(1, Math.ceil(allocations * 1000)) / 1000,
  };
}

/** Credentials that a node of unknown capacity is taken to stand: what is issued for it must weigh something. */
const ASSUMED_CREDENTIALS = 1000;

/**
 * The share of a capacity that `count` reservations on `nodes` nodes take: the larger of its known parts.
 *
 * @param ending what will have ended by the time that they show.
 */
export function reservedShare(
  count: number,
  unit: ReservationUnit,
  kbpsCapacity: number | null,
  allocationsCapacity: number | null,
  nodes = 1,
  ending = NO_RESERVATION,
): number {
  if (count === 0) return 0;
  if (!kbpsCapacity && !allocationsCapacity) return count / (ASSUMED_CREDENTIALS * nodes);
  const kbps = kbpsCapacity ? (count * unit.kbps - ending.kbps) / kbpsCapacity : 0;
  const allocations = allocationsCapacity
    ? (count * unit.allocations - ending.allocations) / allocationsCapacity
    : 0;
  return Math.max(0, kbps, allocations);
}

/** How many credentials' load a capacity holds, by the part that is full first; Infinity when none is known. */
export function credentialsHeld(
  unit: ReservationUnit,
  {
    kbpsCapacity,
    allocationsCapacity,
  }: { readonly [Part in 'kbpsCapacity' | 'allocationsCapacity']: number },
): number {
  const kbps = kbpsCapacity > 0 ? unit.kbps / kbpsCapacity : 0;
  const allocations = allocationsCapacity > 0 ? unit.allocations / allocationsCapacity : 0;
  return 1 / Math.max(kbps, allocations);
}
