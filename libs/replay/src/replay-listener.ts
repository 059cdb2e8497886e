import type { DecisionRecord, RefusalRecord } from '@spillway/contracts';
import type { Placement, PlacementExplanation, Refusal } from '@spillway/placement';
import type { Verdict } from './verdict.js';

/** One run of one router. */
export interface RunName {
  readonly routerId: string;
  readonly bootId: string;
}

/** What a replay tells, in the order of each router's decisions. */
export interface ReplayListener {
  onDecision(record: DecisionRecord, verdict: Verdict, run: RunName): void;
  onRefusal?(record: RefusalRecord, verdict: Verdict, run: RunName): void;
  /** Asked of every decision: whether it shall be explained, which costs some hundred times as much. */
  wantsExplanation?(record: DecisionRecord): boolean;
  /** Comes before the decision itself. None when the router's policy is not known. */
  onExplanation?(record: DecisionRecord, explanation: PlacementExplanation, run: RunName): void;
  /**
   * Of a log that was changed: what is handed out instead of what was recorded, by node id; it counts as load from then
   * on. Asked in the place of `onDecision` and `onRefusal` once the policy is known.
   * @param decide makes the decision on the log as it is now.
   */
  instead?(record: DecisionRecord | RefusalRecord, decide: () => Placement | Refusal): readonly string[];
}
