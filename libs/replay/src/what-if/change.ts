import type { DecisionRecord, PlacementReason, PolicyDocument, RefusalRecord } from '@spillway/contracts';
import type { Fleet } from '@spillway/fleet';
import type { Verdict } from '../verdict.js';

/** What shall have been otherwise, from the beginning of what is read. */
export interface Change {
  /** The policy in force, made of the one that was. Asked for every policy on the log. */
  readonly policy: (recorded: PolicyDocument) => PolicyDocument;
  /** Nodes more than there were, by region. */
  readonly addedNodes?: ReadonlyMap<string, number>;
  /** Mean time that the load of a credential stays, in ms; as the recorded policy says unless told. */
  readonly sessionMs?: number;
}

/** What a client got. */
export interface Answer {
  readonly region: string;
  readonly nodes: readonly string[];
  /** `null` when nobody knew where the client was. */
  readonly nearestRegion: string | null;
  readonly reason: PlacementReason;
}

export interface WhatIfListener {
  /**
   * Told of every answer, in the order of each router's.
   * @param changed what it would have been; `undefined` for a refusal. As recorded where the verdict is not `same`: what
   * cannot be derived again is not changed either.
   * @param verdict on the recorded one.
   */
  onAnswer(record: DecisionRecord | RefusalRecord, changed: Answer | undefined, verdict: Verdict): void;
  /**
   * Told every second of log time, and before and after a gap, of both fleets as an onlooker sees them who issues nothing.
   * @param now log time in ms.
   */
  onLook?(now: number, recorded: Fleet, changed: Fleet): void;
}
