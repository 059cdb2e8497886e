import type { NodeState } from './node.js';
import { COUNT, NEEDS, type NodeRows, type Slot } from './node-rows.js';
import { servingRegion } from './node-row.js';

/** What is issued for a node is known by the node's id alone, whether or not it is a node. */
export interface Tally {
  /** The row that counts it, which is its node's too. */
  readonly slot: Slot;
  readonly nodeId: string;
  /** The nodes of this id, which should be one. */
  readonly nodes: NodeState[];
}

/** How many credentials issued for each node id still count. */
export class Tallies {
  private readonly byNode = new Map<string, Tally>();
  /** Those of nodes that have another row. */
  private readonly elsewhere = new Map<Slot, Tally>();

  constructor(readonly rows: NodeRows) {}

  known(nodeId: string): Tally | undefined {
    return this.byNode.get(nodeId);
  }

  /** Made where it is missing. Who needs it says so: see `need`. */
  of(nodeId: string): Tally {
    let tally = this.byNode.get(nodeId);
    if (!tally) this.byNode.set(nodeId, (tally = { slot: this.rows.take(nodeId), nodeId, nodes: [] }));
    return tally;
  }

  addNode(node: NodeState): void {
    const { tally } = node;
    tally.nodes.push(node);
    if (node.slot !== tally.slot) this.elsewhere.set(tally.slot, tally);
    this.need(tally.slot);
  }

  removeNode(node: NodeState): void {
    const { tally } = node;
    tally.nodes.splice(tally.nodes.indexOf(node), 1);
    if (tally.nodes.every(({ slot }) => slot === tally.slot)) this.elsewhere.delete(tally.slot);
    this.unneed(tally.slot);
  }

  /** So many more count, or fewer. */
  change(slot: Slot, by: number): void {
    const { rows, elsewhere } = this;
    rows.setInteger(slot, COUNT, rows.integer(slot, COUNT) + by);
    const tally = elsewhere.size > 0 ? elsewhere.get(slot) : undefined;
    if (!tally) return servingRegion(rows, slot)?.countReservations(by);
    for (const { isUsable, region } of tally.nodes) if (isUsable) region?.countReservations(by);
  }

  /** It is kept until `unneed` has been called as often. */
  need(slot: Slot): void {
    this.rows.setInteger(slot, NEEDS, this.rows.integer(slot, NEEDS) + 1);
  }

  unneed(slot: Slot): void {
    const needs = this.rows.integer(slot, NEEDS) - 1;
    this.rows.setInteger(slot, NEEDS, needs);
    if (needs > 0) return;
    this.byNode.delete(this.rows.ids[slot] ?? '');
    this.rows.release(slot);
  }
}
