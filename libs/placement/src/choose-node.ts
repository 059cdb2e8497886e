import { mix32, utilizationOf, type Candidate, type FleetNode, type FleetRegion } from '@spillway/fleet';
import type { NODE_RULES } from '@spillway/contracts';
import type { NodeWish } from './strategy.js';

export type NodeRule = (typeof NODE_RULES)[number];

/** Nodes whose measured load differs by less than this are told apart by what was issued since. */
const SAME_LOAD = 0.05;

/** The node can serve the client and has room. What is not measured is not known to be full. */
export function isAcceptable(node: Candidate, wish: NodeWish): boolean {
  return (node.transports & wish.transports) !== 0 && wish.hasRoom(node) && !wish.isExcluded(node);
}

/**
 * Best of two hashed choices, on load corrected by reservations. "The lowest by last heartbeat" would send
 * everybody to the same node until the next heartbeat.
 *
 * 1. Two different nodes are drawn by the decision's seed.
 * 2. The better of those that are acceptable wins.
 * 3. Where neither is, the best acceptable node of the region.
 */
export function bestOfTwo(region: FleetRegion, wish: NodeWish): Candidate | undefined {
  const { usable } = region;
  const count = usable.length;
  if (count === 0) return undefined;
  const first = firstDrawn(count, wish.seed);
  const second = count > 1 ? region.candidate(secondDrawn(count, wish.seed, first)) : undefined;
  const best = betterAcceptable(region.candidate(first), second, wish);
  return best ?? usable.reduce<Candidate | undefined>((a, b) => betterAcceptable(a, b, wish), undefined);
}

/** The nodes that a decision compares before it looks at all of them: two, where there are two. */
export function drawnNodes(nodes: readonly FleetNode[], seed: number): readonly FleetNode[] {
  if (nodes.length < 2) return nodes;
  const first = firstDrawn(nodes.length, seed);
  const second = secondDrawn(nodes.length, seed, first);
  return nodes.filter((_, i) => i === first || i === second);
}

function firstDrawn(count: number, seed: number): number {
  return mix32(seed) % count;
}

function secondDrawn(count: number, seed: number, first: number): number {
  return (first + 1 + (mix32(seed ^ 0x9e3779b9) % (count - 1))) % count;
}

function betterAcceptable(
  a: Candidate | undefined,
  b: Candidate | undefined,
  wish: NodeWish,
): Candidate | undefined {
  const hasA = a !== undefined && isAcceptable(a, wish);
  const hasB = b !== undefined && isAcceptable(b, wish);
  if (hasA && hasB) return isBetter(b, a, wish) ? b : a;
  return hasA ? a : hasB ? b : undefined;
}

/** Of its own intervals: when any other is heard so much later, this one should have been heard as well. */
const MISSED_AFTER_INTERVALS = 1.1;

/** From here on a node takes nobody for another's being late: all clients of the others would come to it. */
const NEARLY_FULL = 0.85;

type Heard = Pick<NodeWish, 'heardAt'>;

/**
 * 1. A node that is heard from beats one that is suspect, or has missed a heartbeat by when any was heard last: when
 *    nodes are lost, all of their clients are back before the first of them is suspect. While nobody is heard, it is
 *    the log that stands still, and none more has missed any. A node that is nearly full has to win by its load.
 * 2. A known load beats an unknown one: unknown is never the least loaded.
 * 3. Of about equal measured loads, the one with less issued since; this keeps a tiny difference from drawing
 *    everybody.
 * 4. Otherwise the lower corrected load.
 */
export function isBetter(a: Candidate, b: Candidate, heard: Heard): boolean {
  const fresher = fresherOf(a, b, heard);
  if (fresher) return fresher === a;
  const loadA = utilizationOf(a);
  const loadB = utilizationOf(b);
  if (loadA === null || loadB === null) {
    return loadA === loadB ? a.reserved < b.reserved : loadB === null;
  }
  if (Math.abs((a.measured ?? 0) - (b.measured ?? 0)) < SAME_LOAD) return a.reserved < b.reserved;
  return loadA < loadB;
}

/** `undefined` where neither is. */
function fresherOf(a: Candidate, b: Candidate, heard: Heard): Candidate | undefined {
  if (a.freshness !== b.freshness) return a.freshness === 'fresh' ? a : b;
  const isLate = hasMissed(a, heard);
  if (isLate === hasMissed(b, heard)) return undefined;
  const other = isLate ? b : a;
  return (utilizationOf(other) ?? 0) < NEARLY_FULL ? other : undefined;
}

function hasMissed({ lastSeenAt, intervalMs }: Candidate, { heardAt }: Heard): boolean {
  return heardAt - lastSeenAt > MISSED_AFTER_INTERVALS * intervalMs;
}

/** Which of the cases of `isBetter` tells two nodes apart; `first-drawn` where none does. */
export function ruleBetween(a: Candidate, b: Candidate, heard: Heard): NodeRule {
  if (fresherOf(a, b, heard)) return 'fresher';
  const loadA = utilizationOf(a);
  const loadB = utilizationOf(b);
  if ((loadA === null) !== (loadB === null)) return 'known-load';
  const isSame = loadA === null || Math.abs((a.measured ?? 0) - (b.measured ?? 0)) < SAME_LOAD;
  if (isSame) return a.reserved === b.reserved ? 'first-drawn' : 'fewer-reservations';
  return loadA === loadB ? 'first-drawn' : 'lower-load';
}
