import type { DerivedDecision, ExplainedNode } from '@spillway/contracts';
import { rejections } from './describe-others.js';
import { count, list, percent } from './wording.js';

/** Why this node. */
export function describeNodes({ regions, compared, nodeRule, outcome }: DerivedDecision): string[] {
  const served = regions.find(({ isServing }) => isServing);
  const first = 'code' in outcome ? undefined : outcome.nodes[0];
  const chosen = compared.find(({ node }) => node === first);
  if (!served || !chosen || nodeRule === null) return [];
  const out = Object.keys(served.rejected).length > 0 ? ` (not: ${rejections(served.rejected)})` : '';
  const had = `${served.region} had ${count(served.feasible, 'node')} to hand out${out}`;
  const nodes = list(compared.map(describeNode));
  return [`Why ${chosen.node}: ${had}. ${rule(nodeRule, chosen)} Compared: ${nodes}.`];
}

function describeNode({ node, measured, reservations, freshness }: ExplainedNode): string {
  const load = measured === null ? 'load unknown' : `${percent(measured)} full`;
  const suspect = freshness === 'fresh' ? '' : `, ${freshness}`;
  const expected = Math.round(reservations);
  return `${node} (${load}, ${count(expected, 'client')} on the way${suspect})`;
}

function rule(nodeRule: NonNullable<DerivedDecision['nodeRule']>, { node }: ExplainedNode): string {
  const drawn =
    'Each decision draws two nodes and takes the better one, so that nobody sends everybody to the same';
  switch (nodeRule) {
    case 'only-one':
      return 'There was no other.';
    case 'other-unfit':
      return `${drawn}; of these two only one could serve the client.`;
    case 'none-drawn-fit':
      return `${drawn}; neither could serve the client, so the best of all was taken.`;
    case 'fresher':
      return `${drawn}: ${node}, because the other had not been heard for a while.`;
    case 'known-load':
      return `${drawn}: ${node}, because the load of the other is not known.`;
    case 'fewer-reservations':
      return `${drawn}: as loaded as the other within 5 points, ${node} had fewer clients on the way for its size.`;
    case 'lower-load':
      return `${drawn}: ${node}, the less loaded.`;
    case 'first-drawn':
      return `${drawn}: nothing told them apart, so the first was taken.`;
    case 'lowest-score':
      return 'The strategy takes the node with the least CPU and traffic by its last heartbeat.';
  }
}
