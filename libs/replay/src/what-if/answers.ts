import type { DecisionRecord, Issued, RefusalRecord } from '@spillway/contracts';
import type { EstimateRtt, Placement, Refusal } from '@spillway/placement';
import { LogReplay } from '../log-replay.js';
import { unverifiable, type Verdict } from '../verdict.js';
import type { Answer } from './change.js';

type Recorded = DecisionRecord | RefusalRecord;

/** One recorded answer, and what it would have been; `undefined` for a refusal. */
export interface AnsweredAgain {
  readonly record: Recorded;
  readonly verdict: Verdict;
  readonly changed: Answer | undefined;
}

/**
 * Two replays of the same routers, entry by entry: one over the log as it is, which tells what can be derived again, and
 * one over the log as it would have been, which answers those clients anew.
 */
export class Answers {
  readonly recorded: LogReplay;
  readonly changed: LogReplay;
  private readonly verdicts = new Map<Recorded, Verdict>();
  private readonly placed = new Map<Recorded, Placement | Refusal>();

  constructor(estimateRtt: EstimateRtt) {
    const note = (record: Recorded, verdict: Verdict) => void this.verdicts.set(record, verdict);
    this.recorded = new LogReplay(estimateRtt, { onDecision: note, onRefusal: note });
    this.changed = new LogReplay(estimateRtt, {
      onDecision: () => undefined,
      instead: (record, decide) => this.instead(record, decide),
    });
  }

  /**
   * Call it after `recorded` has the batch and before `changed` has. In the order in which they were made; nothing of a
   * batch that is there twice.
   */
  again(issued: Issued, at: number): AnsweredAgain[] {
    this.changed.derive(issued, at);
    const answers = inOrder(issued).flatMap((record) => {
      const verdict = this.verdicts.get(record);
      return verdict ? [{ record, verdict, changed: this.answerTo(record) }] : [];
    });
    this.verdicts.clear();
    this.placed.clear();
    return answers;
  }

  private instead(record: Recorded, decide: () => Placement | Refusal): readonly string[] {
    const verdict = this.verdicts.get(record) ?? unverifiable('before-first-state');
    if (verdict.kind !== 'same') return 'nodes' in record ? record.nodes : [];
    const placed = decide();
    this.placed.set(record, placed);
    return placed.isPlaced ? placed.nodes.map(({ id }) => id) : [];
  }

  private answerTo(record: Recorded): Answer | undefined {
    const placed = this.placed.get(record);
    if (!placed) return 'nodes' in record ? record : undefined;
    if (!placed.isPlaced) return undefined;
    const { region, nodes, nearestRegion, reason } = placed;
    return { region, nodes: nodes.map(({ id }) => id), nearestRegion, reason };
  }
}

/** Refusals stand where they were made, between the decisions. */
function inOrder({ decisions, refused = [] }: Issued): Recorded[] {
  const all: Recorded[] = [];
  let next = 0;
  const refuseUpTo = (after: number) => {
    for (let refusal = refused[next]; refusal && refusal.after <= after; refusal = refused[next]) {
      all.push(refusal);
      next++;
    }
  };
  for (const [i, decision] of decisions.entries()) {
    refuseUpTo(i);
    all.push(decision);
  }
  refuseUpTo(Infinity);
  return all;
}

/** Whether a client got the same. */
export function isSame(record: Recorded, changed: Answer | undefined): boolean {
  if (!('nodes' in record)) return changed === undefined;
  if (changed === record) return true;
  return (
    changed !== undefined &&
    changed.region === record.region &&
    changed.nearestRegion === record.nearestRegion &&
    changed.reason === record.reason &&
    changed.nodes.length === record.nodes.length &&
    changed.nodes.every((node, i) => node === record.nodes[i])
  );
}
