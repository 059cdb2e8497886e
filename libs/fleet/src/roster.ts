import type { NodeState } from './node.js';
import { indexById } from './sorted.js';
import type { Tallies } from './tallies.js';

const NOBODY: readonly NodeState[] = [];

/** All nodes the fold knows, found by whatever it looks for them with. */
export class Roster {
  readonly byPlace = new Map<string, NodeState>();
  /** By id. */
  private readonly byRegion = new Map<string, NodeState[]>();

  constructor(private readonly tallies: Tallies) {}

  add(node: NodeState): void {
    const { region } = node.heartbeat;
    this.byPlace.set(node.place, node);
    this.tallies.addNode(node);
    const neighbours = this.byRegion.get(region);
    if (neighbours) neighbours.splice(indexById(neighbours, node.id), 0, node);
    else this.byRegion.set(region, [node]);
  }

  /** One look, with the name as it came; an id is seldom used twice. */
  find(region: string, nodeId: string): NodeState | undefined {
    return this.tallies.known(nodeId)?.nodes.find(({ heartbeat }) => heartbeat.region === region);
  }

  remove(node: NodeState): void {
    const { region } = node.heartbeat;
    this.byPlace.delete(node.place);
    this.tallies.removeNode(node);
    const neighbours = this.byRegion.get(region);
    neighbours?.splice(indexById(neighbours, node.id), 1);
    if (neighbours?.length === 0) this.byRegion.delete(region);
  }

  /** By id: the same order in every fold of the same log. */
  inRegion(region: string): readonly NodeState[] {
    return this.byRegion.get(region) ?? NOBODY;
  }
}
