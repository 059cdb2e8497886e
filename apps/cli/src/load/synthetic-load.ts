import type { FleetNode } from '@spillway/fleet';
import type { Bus } from '@spillway/messaging';
import type { FollowedFleet } from '../follow-fleet.js';
import { imposeLoad } from './impose-load.js';
import { shareLoad, type Amount, type LoadedNode } from './share-load.js';

/** Seconds a node keeps its load when nobody asks any more: of a command that was killed nothing stays. */
const KEEP_SECONDS = 5;
const NOTHING = { bandwidthBps: 0, allocations: 0, forSeconds: 0 };

/** The nodes of a region that clients are sent to. */
export function servingNodes({ fleet, now }: FollowedFleet, region: string): LoadedNode[] {
  now();
  const toNode = ({ id, heartbeat }: FleetNode) => ({ nodeId: id, capacity: heartbeat.capacity });
  return (fleet.regions.get(region)?.usable ?? []).map(toNode);
}

/** A load of fixed size on one region, divided over whoever serves there. */
export class SyntheticLoad {
  private readonly loaded = new Set<string>();
  private readonly refusing = new Map<string, string>();

  constructor(
    private readonly bus: Bus,
    private readonly region: string,
    private readonly original: Amount,
    private readonly utilization: number,
    private readonly say: (line: string) => void,
  ) {}

  /** To be repeated before what was put there is over. */
  async putOn(nodes: readonly LoadedNode[]): Promise<void> {
    const shares = shareLoad(this.utilization, this.original, nodes);
    await Promise.all(
      [...shares].map(async ([nodeId, share]) => {
        this.loaded.add(nodeId);
        const imposed = await imposeLoad(this.bus, this.region, nodeId, {
          ...share,
          forSeconds: KEEP_SECONDS,
        });
        this.note(nodeId, imposed.isDone ? undefined : imposed.reason);
      }),
    );
  }

  async takeOff(): Promise<void> {
    await Promise.all([...this.loaded].map((nodeId) => imposeLoad(this.bus, this.region, nodeId, NOTHING)));
  }

  private note(nodeId: string, reason: string | undefined): void {
    if (this.refusing.get(nodeId) === reason) return;
    if (reason === undefined) this.refusing.delete(nodeId);
    else this.refusing.set(nodeId, reason);
    this.say(
      `${nodeId} ${reason === undefined ? 'takes its share again' : `does not take its share: ${reason}`}`,
    );
  }
}
