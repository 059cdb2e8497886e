import { isIPv4, isIPv6 } from 'node:net';
import type { PublishedNode } from './published-node.js';

/** Records of nothing would take all records away. */
export class NoUsableNodeError extends Error {
  readonly code = 'no-usable-node';
  constructor() {
    super('none of these nodes may be handed out, so nothing is written: look at spillway fleet');
    this.name = 'NoUsableNodeError';
  }
}

export interface TerraformNode {
  readonly region: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
}

/**
 * By node id, in their order: those that may be handed out, with their first address of either kind.
 * @param only ids; all nodes unless given
 * @throws {NoUsableNodeError}
 */
export function terraformNodes(
  nodes: readonly PublishedNode[],
  only?: readonly string[],
): Record<string, TerraformNode> {
  const usable = nodes
    .filter(({ nodeId, isUsable }) => isUsable && (only?.includes(nodeId) ?? true))
    .toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  if (usable.length === 0) throw new NoUsableNodeError();
  return Object.fromEntries(
    usable.map(({ nodeId, region, addresses }) => {
      const [ipv4, ipv6] = [addresses.find((each) => isIPv4(each)), addresses.find((each) => isIPv6(each))];
      return [nodeId, { region, ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }) }];
    }),
  );
}
