import type { World } from '../world/world.js';
import type { Reporters } from './heartbeats.js';
import type { Relays } from './relays.js';

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

  /** A new node comes up. @returns its name. */
  add(region: number, at: number): string {
    const regionId = this.world.regions[region]?.id ?? '';
    const number = (this.made[region] ?? 0) + 1;
    this.made[region] = number;
    const nodeId = `${regionId}-n${number}`;
    const node = this.relays.add(region, at);
    this.indexOf.set(nodeId, node);
    this.reporters.add(node, nodeId, regionId, at);
    return nodeId;
  }

  /** The index of a node by its name; -1 when there is none. */
  find(nodeId: string | undefined): number {
    return nodeId === undefined ? -1 : (this.indexOf.get(nodeId) ?? -1);
  }
}
