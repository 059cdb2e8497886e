import type { NodeState } from './node.js';
import { indexById } from './sorted.js';
import type { Tallies } from './tallies.js';

const NOBODY: readonly NodeState[] = [];

/** The nodes of one region, in order and by id. */
interface Neighbours {
  readonly sorted: NodeState[];
  readonly byId: Map<string, NodeState>;
}

/** All nodes the fold knows, found by whatever it looks for them with. */
export class Roster {
  readonly byPlace = new Map<string, NodeState>();
  private readonly byRegion = new Map<string, Neighbours>();

  constructor(private readonly tallies: Tallies) {}

  add(node: NodeState): void {
    const { region } = node.heartbeat;
    this.byPlace.set(node.place, node);
    node.tally.nodes.push(node);
    let neighbours = this.byRegion.get(region);
    if (!neighbours)
      this.byRegion.set(region, (neighbours = { sorted: [], byId: new Map<string, NodeState>() }));
    neighbours.sorted.splice(indexById(neighbours.sorted, node.id), 0, node);
    neighbours.byId.set(node.id, node);
  }

  /** Two looks with the names as they came cost less than making one of them. */
  find(region: string, nodeId: string): NodeState | undefined {
    return this.byRegion.get(region)?.byId.get(nodeId);
  }

  remove(node: NodeState): void {
    const { region } = node.heartbeat;
    this.byPlace.delete(node.place);
    node.tally.nodes.splice(node.tally.nodes.indexOf(node), 1);
    this.tallies.release(node.tally);
    const neighbours = this.byRegion.get(region);
    neighbours?.sorted.splice(indexById(neighbours.sorted, node.id), 1);
    neighbours?.byId.delete(node.id);
    if (neighbours?.sorted.length === 0) this.byRegion.delete(region);
  }

  /** By id: the same order in every fold of the same log. */
  inRegion(region: string): readonly NodeState[] {
    return this.byRegion.get(region)?.sorted ?? NOBODY;
  }
}
