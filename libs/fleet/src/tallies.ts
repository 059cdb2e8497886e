import type { NodeState } from './node.js';

/** How many credentials issued for one node still count. Known by the node's id, whether or not it is a node. */
export interface Tally {
  readonly nodeId: string;
  /** The nodes of this id, which should be one: what is issued is known by the id alone. */
  readonly nodes: NodeState[];
  count: number;
  /** Those that no longer count but are kept included. */
  kept: number;
}

/** The tallies of all node ids that are a node's, or that anything is kept for. */
export class Tallies {
  private readonly byNode = new Map<string, Tally>();

  known(nodeId: string): Tally | undefined {
    return this.byNode.get(nodeId);
  }

  /** Made where it is missing; who does not use it must `release` it. */
  of(nodeId: string): Tally {
    let tally = this.byNode.get(nodeId);
    if (!tally) this.byNode.set(nodeId, (tally = { nodeId, nodes: [], count: 0, kept: 0 }));
    return tally;
  }

  /** Forgets it unless something still needs it. */
  release(tally: Tally): void {
    if (tally.kept === 0 && tally.nodes.length === 0) this.byNode.delete(tally.nodeId);
  }
}
