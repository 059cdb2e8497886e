import type { World } from '../world/world.js';
import type { NodeNames, Reporters } from './heartbeats.js';
import type { Relays } from './relays.js';

export interface RegisteredNode extends NodeNames {
  readonly node: number;
  readonly regionIndex: number;
}

/** Which node has which name. */
export class NodeRegister {
  private readonly indexOf = new Map<string, number>();
  private readonly made: number[];

  constructor(
    private readonly world: World,
    private readonly relays: Relays,
    private readonly reporters: Reporters,
  ) {
    this.made = world.regions.map(() => 0);
  }

  /** A new node comes up. */
  add(region: number, at: number, instanceId?: string): RegisteredNode {
    const regionId = this.world.regions[region]?.id ?? '';
    const number = (this.made[region] ?? 0) + 1;
    this.made[region] = number;
    const nodeId = `${regionId}-n${number}`;
    const node = this.relays.add(region, at);
    this.indexOf.set(nodeId, node);
    const names = { nodeId, region: regionId, instanceId: instanceId ?? `i-${nodeId}` };
    this.reporters.add(node, names, at);
    return { ...names, node, regionIndex: region };
  }

  /** The index of a node by its name; -1 when there is none. */
  find(nodeId: string | undefined): number {
    return nodeId === undefined ? -1 : (this.indexOf.get(nodeId) ?? -1);
  }
}
