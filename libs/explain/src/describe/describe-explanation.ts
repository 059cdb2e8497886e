import type { DecisionExplanation } from '@spillway/contracts';
import { describeChanges } from './describe-changes.js';
import { describeDecision, describeReason } from './describe-decision.js';
import { describeNodes } from './describe-nodes.js';
import { describeOthers } from './describe-others.js';
import { describeVerdict } from './describe-verdict.js';

/** Why a client got its node, in paragraphs. */
export function describeExplanation(explanation: Omit<DecisionExplanation, 'text'>): string[] {
  const { decision, derived, verdict } = explanation;
  const paragraphs = [
    describeDecision(decision),
    describeReason(decision, derived),
    describeVerdict(verdict),
  ];
  if (derived) {
    paragraphs.push(...describeOthers(derived), ...describeNodes(derived), ...describeChanges(derived));
  }
  return paragraphs;
}
