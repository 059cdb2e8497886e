import type { Heartbeat, LogEntry } from '@spillway/contracts';
import type { Fleet } from '@spillway/fleet';

/** A region whose nodes were not heard for so long, in ms, has none; those that are added are like another region's. */
const WITHOUT_NODES_AFTER_MS = 10_000;
const BOOT_ID = 'what-if';

interface Added {
  heartbeat: Heartbeat;
  nextAt: number;
}

/**
 * Nodes that there were not, empty but for what is moved to them. Each is like the first node of its region that was heard
 * serving, and is heard for as long as any other of its region is.
 */
export class AddedNodes {
  private readonly models = new Map<string, Heartbeat>();
  private anyModel: Heartbeat | undefined;
  private readonly nodes = new Map<string, Added[]>();
  private beganAt: number | undefined;

  constructor(private readonly wanted: ReadonlyMap<string, number> = new Map()) {}

  note({ at, event }: LogEntry): void {
    this.beganAt ??= at;
    if (event.kind !== 'heartbeat') return;
    const { region, state, kind } = event.heartbeat;
    if (state !== 'serving' || kind !== 'turn') return;
    this.anyModel ??= event.heartbeat;
    if (!this.models.has(region)) this.models.set(region, event.heartbeat);
  }

  /**
   * What they say by now.
   * @param recorded the fleet without them.
   */
  *heartbeats(now: number, recorded: Fleet): Iterable<Heartbeat> {
    for (const [region, count] of this.wanted) {
      const there = recorded.regions.get(region);
      if (there && there.nodeCount > 0 && there.silentCount === there.nodeCount) continue;
      for (const node of this.nodesOf(region, count, now)) {
        if (now < node.nextAt) continue;
        node.nextAt = now + node.heartbeat.intervalMs;
        node.heartbeat = { ...node.heartbeat, seq: node.heartbeat.seq + 1 };
        yield node.heartbeat;
      }
    }
  }

  private nodesOf(region: string, count: number, now: number): readonly Added[] {
    const known = this.nodes.get(region);
    if (known) return known;
    const isLong = this.beganAt !== undefined && now - this.beganAt > WITHOUT_NODES_AFTER_MS;
    const model = this.models.get(region) ?? (isLong ? this.anyModel : undefined);
    if (!model) return [];
    const nodes = Array.from({ length: count }, (_, i) => ({
      heartbeat: emptyLike(model, region, `what-if-${region}-${i + 1}`),
      nextAt: now,
    }));
    this.nodes.set(region, nodes);
    return nodes;
  }
}

function emptyLike(model: Heartbeat, region: string, nodeId: string): Heartbeat {
  const { cpu, egressBps, ingressBps, allocations } = model.load;
  const nothing = (load: number | null) => (load === null ? null : 0);
  return {
    ...model,
    region,
    nodeId,
    instanceId: nodeId,
    bootId: BOOT_ID,
    seq: 0,
    commandId: null,
    load: {
      cpu: nothing(cpu),
      egressBps: nothing(egressBps),
      ingressBps: nothing(ingressBps),
      allocations: nothing(allocations),
    },
  };
}
