import type { Fleet, FleetNode } from '@spillway/fleet';
import { parseTurnUri } from '@spillway/turn';
import { isIP } from 'node:net';
import type { Lookup } from './lookup.js';

/** A node, and the addresses clients reach it at. */
export interface PublishedNode {
  readonly nodeId: string;
  readonly region: string;
  readonly addresses: readonly string[];
  readonly isUsable: boolean;
  /** For a person: "serving", "draining", "serving, told to drain" … */
  readonly state: string;
}

/** The fleet's nodes, host names in their URLs resolved. */
export function publishedNodes(fleet: Fleet, lookup: Lookup): Promise<PublishedNode[]> {
  return Promise.all(
    [...fleet.nodes.values()].map(async (node) => ({
      nodeId: node.heartbeat.nodeId,
      region: node.heartbeat.region,
      addresses: await addressesOf(node, lookup),
      isUsable: node.isUsable,
      state: describeState(node, fleet.policy?.regions ?? {}),
    })),
  );
}

async function addressesOf({ urls }: FleetNode, lookup: Lookup): Promise<string[]> {
  const hosts = new Set(urls.flatMap((url) => parseTurnUri(url)?.host ?? []));
  const found = await Promise.all([...hosts].map(async (host) => (isIP(host) === 0 ? lookup(host) : [host])));
  return [...new Set(found.flat())];
}

function describeState(node: FleetNode, regions: object): string {
  const { state, region } = node.heartbeat;
  if (node.isUsable) return state;
  if (node.freshness === 'unknown') return `${state}, silent since`;
  if (state !== 'serving') return state;
  if (node.isDrainOrdered) return 'serving, told to drain';
  return Object.hasOwn(regions, region)
    ? 'serving, below the version floor'
    : `serving, in no region of the policy`;
}
