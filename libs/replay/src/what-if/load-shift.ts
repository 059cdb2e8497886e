import type { Heartbeat } from '@spillway/contracts';
import type { FleetRegion, ReservationUnit } from '@spillway/fleet';

/** Less than this is nothing. */
const NEGLIGIBLE = { kbps: 0.5, allocations: 0.001 } as const;

interface Shift {
  kbps: number;
  allocations: number;
  /** Log time it is of, in ms. */
  atMs: number;
  /** The node as it was first heard with it. */
  instanceId: string | undefined;
}

/**
 * By how much what a node carries differs from what it said, because clients went elsewhere than they did.
 *
 * A client that moves takes the expected load of its credential along. That load fades with the mean session, as it does
 * in the count by which the load of a credential is learned: all of a region's credentials together weigh what it
 * carries. Where nobody moved, there is no shift.
 */
export class LoadShift {
  private readonly byNode = new Map<string, Shift>();

  /** @param sessionMs the mean session, as it is now. */
  constructor(private readonly sessionMs: () => number) {}

  /**
   * A client is on other nodes than it was.
   * @param unit what its credential for one node is expected to add.
   * @param issuedAt log time in ms, as `now`.
   */
  move(
    from: readonly string[],
    to: readonly string[],
    unit: ReservationUnit,
    issuedAt: number,
    now: number,
  ): void {
    const left = this.faded(Math.max(0, now - issuedAt));
    for (const node of from) if (!to.includes(node)) this.add(node, unit, -left, now);
    for (const node of to) if (!from.includes(node)) this.add(node, unit, left, now);
  }

  /** The heartbeat as it would have been. The same where nothing differs. */
  change(heartbeat: Heartbeat, region: FleetRegion | undefined, now: number): Heartbeat {
    const { nodeId, instanceId, load } = heartbeat;
    const shift = this.byNode.get(nodeId);
    if (!shift) return heartbeat;
    this.fade(shift, now);
    const { kbps, allocations } = shift;
    shift.instanceId ??= instanceId;
    const isNothing = Math.abs(kbps) < NEGLIGIBLE.kbps && Math.abs(allocations) < NEGLIGIBLE.allocations;
    // A node that was built anew carries nothing of what the one before did.
    if (isNothing || shift.instanceId !== instanceId) {
      this.byNode.delete(nodeId);
      return heartbeat;
    }
    return {
      ...heartbeat,
      load: {
        cpu: plus(load.cpu, cpuOf(shift, region), 1),
        egressBps: plus(load.egressBps, kbps * 1000),
        ingressBps: plus(load.ingressBps, kbps * 1000),
        allocations: plus(load.allocations, allocations),
      },
    };
  }

  private add(nodeId: string, { kbps, allocations }: ReservationUnit, times: number, now: number): void {
    let shift = this.byNode.get(nodeId);
    if (!shift) {
      shift = { kbps: 0, allocations: 0, atMs: now, instanceId: undefined };
      this.byNode.set(nodeId, shift);
    }
    this.fade(shift, now);
    shift.kbps += times * kbps;
    shift.allocations += times * allocations;
  }

  private fade(shift: Shift, now: number): void {
    const left = this.faded(Math.max(0, now - shift.atMs));
    shift.kbps *= left;
    shift.allocations *= left;
    shift.atMs = now;
  }

  /** The share of a load that is left after so many ms. */
  private faded(ms: number): number {
    return Math.exp(-ms / this.sessionMs());
  }
}

/** The share of a node's cores that goes with a load, as it does on average in its region. */
function cpuOf({ kbps, allocations }: Shift, region: FleetRegion | undefined): number {
  if (!region) return 0;
  const { totals } = region;
  if (totals.kbps > 0) return (kbps * totals.cpuMilli) / totals.kbps / 1000;
  return totals.allocations > 0 ? (allocations * totals.cpuMilli) / totals.allocations / 1000 : 0;
}

/** What is not known stays unknown, and no node carries less than nothing. */
function plus(load: number | null, by: number, most = Infinity): number | null {
  return load === null ? null : Math.min(most, Math.max(0, load + by));
}
