import type { ScaleReason } from '@spillway/contracts';

/** Why a step was taken or not: the stable codes, each with what it means. */
export const REASONS = {
  need: 'More nodes are needed for the demand that is expected within one boot time.',
  'price-persists': 'The region is overloaded and its price does not go away: at least one node more.',
  'below-min': 'There are fewer nodes than the least that settings and schedule allow.',
  enough: 'There are as many nodes as are needed.',
  'unknown-load': 'What the region carries, or what a node holds, is not known.',
  unheard:
    'No node of the region has been heard yet: there may be some, so it does not grow to its least yet.',
  'at-max': 'There would be more nodes than the region may have.',
  stabilizing: 'It must last for the stabilization window first.',
  'cooling-down': 'The last step is too recent.',
  'step-limit': 'One plan takes no more steps of this kind.',
  'change-limit': 'The fleet has had as many changes within an hour as the policy allows.',
  'boots-fail': 'Instances keep failing to come up; the next try waits longer each time.',
  'plan-failed': 'The last plan failed; the next try waits longer each time.',
  spare: 'The others carry the load of this node, with room, and have for the whole stabilization window.',
  'no-spare': 'With a node less the others would be too full.',
  'at-min': 'There are no more nodes than the region has at least.',
  priced: 'The price is not zero.',
  growing: 'The region needs more nodes, not fewer.',
  booting: 'Nodes are still booting.',
  'silent-nodes': 'A node of the region is silent: unknown is no reason to shrink.',
  'no-instance': 'None of the nodes is one that the provider could end.',
  drained: 'The node took the order to drain and says that it is empty, or that its deadline has passed.',
  'never-served': 'The instance did not serve within three boot times.',
  'drained-by-operator': 'The node is drained by order of an operator, who has the last word on it.',
  missing: 'The provider has an instance that no node speaks for; it is not counted, and not touched.',
  sick: 'A node is up and does not serve; it is not counted as one that does.',
  'link-lost': 'The link to the log is lost.',
  'bus-suspect': 'Most of the fleet fell silent at once, which is the bus and not the nodes.',
  'unknown-inventory': 'The provider does not say which instances there are.',
  'unknown-nodes': 'All nodes of the region are silent.',
  'no-provider': 'Nobody starts or ends nodes here: this is advice.',
} as const;

export type ReasonCode = keyof typeof REASONS;
export type Step = ScaleReason['step'];

const MAX_DETAIL = 256;

export function taken(step: Step, code: ReasonCode, detail = ''): ScaleReason {
  return { step, isTaken: true, code, detail: detail.slice(0, MAX_DETAIL) };
}

export function notTaken(step: Step, code: ReasonCode, detail = ''): ScaleReason {
  return { step, isTaken: false, code, detail: detail.slice(0, MAX_DETAIL) };
}

/** The reference page. */
export function reasonsMarkdown(): string {
  const rows = Object.entries(REASONS).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return [
    '# Reasons in a scale plan',
    '',
    'Every plan says why each step (`grow`, `undrain`, `drain`, `terminate`) is taken or not; `hold` is the reason for none at all. The codes are stable.',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
