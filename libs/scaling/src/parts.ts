import type { FleetNode } from '@spillway/fleet';

/** Load or capacity in its parts, as the fleet counts them: kbit/s, allocations, thousandths of all cores. */
export interface Parts {
  readonly kbps: number;
  readonly allocations: number;
  readonly cpuMilli: number;
}

export const PART_NAMES = ['kbps', 'allocations', 'cpuMilli'] as const;

export const NO_PARTS: Parts = { kbps: 0, allocations: 0, cpuMilli: 0 };

const CPU_CAPACITY_MILLI = 1000;

export function mapParts(of: (part: keyof Parts) => number): Parts {
  return { kbps: of('kbps'), allocations: of('allocations'), cpuMilli: of('cpuMilli') };
}

export function addParts(a: Parts, b: Parts, times = 1): Parts {
  return {
    kbps: a.kbps + b.kbps * times,
    allocations: a.allocations + b.allocations * times,
    cpuMilli: a.cpuMilli + b.cpuMilli * times,
  };
}

/** The largest of load ÷ capacity; `null` when no capacity is known. */
export function largestShare(load: Parts, capacity: Parts): number | null {
  let largest: number | null = null;
  for (const part of PART_NAMES) {
    if (capacity[part] > 0) largest = Math.max(largest ?? 0, load[part] / capacity[part]);
  }
  return largest;
}

/** Sums over nodes. */
export class PartSums {
  readonly load = { kbps: 0, allocations: 0, cpuMilli: 0 };
  readonly capacity = { kbps: 0, allocations: 0, cpuMilli: 0 };

  /** What a node carries, and holds if it `mayServe`. A part of which either is not known counts in neither. */
  add({ load }: Pick<FleetNode, 'load'>, mayServe: boolean): void {
    const { load: sums, capacity } = this;
    const holds = mayServe ? 1 : 0;
    if (load.kbps !== null && load.kbpsCapacity !== null) {
      sums.kbps += load.kbps;
      capacity.kbps += holds * load.kbpsCapacity;
    }
    if (load.allocations !== null && load.allocationsCapacity !== null) {
      sums.allocations += load.allocations;
      capacity.allocations += holds * load.allocationsCapacity;
    }
    if (load.cpuMilli !== null) {
      sums.cpuMilli += load.cpuMilli;
      capacity.cpuMilli += holds * CPU_CAPACITY_MILLI;
    }
  }
}
