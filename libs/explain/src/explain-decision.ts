import type {
  Asked,
  DecisionExplanation,
  DecisionRecord,
  DecisionVerdict,
  DerivedDecision,
  ExplainedDecision,
  ExplainedNode,
  ExplainedRegion,
} from '@spillway/contracts';
import type { ComparedNode, PlacementExplanation, WeighedRegion } from '@spillway/placement';
import type { Verdict } from '@spillway/replay';
import { deriveDecision, type DeriveOptions } from './derive-decision.js';
import { describeExplanation } from './describe/describe-explanation.js';
import type { FoundDecision } from './found-decision.js';
import type { SearchedLog } from './searched-log.js';

/** Derives a decision that was found again, and says why it came out as it did. */
export async function explainDecision(
  log: SearchedLog,
  found: FoundDecision,
  options: DeriveOptions,
): Promise<DecisionExplanation> {
  const { verdict, explanation } = await deriveDecision(log, found, options);
  const plain = {
    decision: decisionOf(found),
    verdict: verdictOf(verdict, found.record, explanation),
    derived: explanation ? derivedOf(explanation) : null,
  };
  return { ...plain, text: describeExplanation(plain) };
}

function decisionOf({ record, routerId, recordedAt }: FoundDecision): ExplainedDecision {
  const { id, region, nodes, nearestRegion, reason, atMs, position } = record;
  return {
    id,
    router: routerId,
    at: atMs === undefined ? null : new Date(atMs).toISOString(),
    position: position ?? null,
    recordedAt,
    region,
    nodes,
    nearestRegion,
    reason,
    asked: askedOf(record),
  };
}

/** Without what was not asked. */
function askedOf(record: DecisionRecord): Asked {
  const { country, continent, lat, lon, user, tenant, require, prefer, transports, count } = record;
  const asked = { country, continent, lat, lon, user, tenant, require, prefer, transports, count };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

function verdictOf(
  verdict: Verdict,
  record: DecisionRecord,
  explanation: PlacementExplanation | undefined,
): DecisionVerdict {
  if (verdict.kind !== 'unverifiable') return verdict;
  return { ...verdict, isAgreeing: explanation ? isAgreeing(record, explanation.outcome) : null };
}

function isAgreeing(record: DecisionRecord, outcome: PlacementExplanation['outcome']): boolean {
  if ('code' in outcome) return false;
  const { region, nodes, reason } = outcome;
  return region === record.region && nodes.join() === record.nodes.join() && reason === record.reason;
}

function derivedOf(explanation: PlacementExplanation): DerivedDecision {
  const { policy, strategy, threshold, outcome, home, regions, compared, nodeRule } = explanation;
  const serving = 'code' in outcome ? null : outcome.region;
  return {
    policy,
    strategy,
    threshold,
    outcome: 'code' in outcome ? outcome : { ...outcome, nodes: [...outcome.nodes] },
    regions: regions.map((region) => explainedRegion(region, serving, home)),
    compared: compared.map(comparedNode),
    nodeRule,
    liveRouters: explanation.liveRouters,
    isBusSuspect: explanation.isBusSuspect,
  };
}

function explainedRegion(
  { id, nodeCount, rejected, ...weighed }: WeighedRegion,
  serving: string | null,
  home: string | null,
): ExplainedRegion {
  const which = { region: id, isServing: id === serving, isHome: id === home };
  return { ...which, ...weighed, nodes: nodeCount, rejected: { ...rejected } };
}

const comparedNode = ({ id, ...rest }: ComparedNode): ExplainedNode => ({ node: id, ...rest });
