import {
  MAX_DECISIONS_PER_BATCH,
  type Basis,
  type RouterStep,
  type WrittenIssued,
} from '@spillway/contracts';
import { RULE_VERSION } from '@spillway/placement';
import { writeDecision, writeRefusal, writtenBytes, type Decision, type RefusedRequest } from './decision.js';
import type { BatchHead } from './own-batches.js';
import type { DecidingView, Moment, Standpoint } from './standpoint.js';

/** Well below what a message may have, and NATS's own limit of 1 MB. */
const MAX_BYTES = 256 * 1024;
/** Steps that are told, the latest; more than this a link does not come and go between two batches. */
const MAX_STEPS = 1_000;

export type StepTaken = Omit<RouterStep, 'after'>;

/**
 * What a router did from one moment on, until it is told. All of a batch is written together: one by one between two
 * answers, when little of it is in the processor's cache, each took 14 µs.
 */
export class IssuedBatch {
  private readonly decisions: Decision[] = [];
  private readonly refused: { readonly request: RefusedRequest; readonly after: number }[] = [];
  private readonly steps: RouterStep[];
  private bytes = 0;
  private isRestored: boolean;
  private readonly from: Standpoint;

  /** @param fromN number of its first decision. */
  constructor(
    private readonly fromN: number,
    private readonly view: DecidingView,
    stepsBefore: readonly StepTaken[],
    look?: 'look',
  ) {
    this.steps = stepsBefore.map((step) => ({ ...step, after: 0 }));
    this.from = view.standpoint(look);
    this.isRestored = view.isRestored;
  }

  /** Decisions and refusals. */
  get size(): number {
    return this.decisions.length + this.refused.length;
  }
  get decisionCount(): number {
    return this.decisions.length;
  }

  /** Whether there is room for another one made then. Positions begin anew with a new log, and a batch with them. */
  takes({ position }: Moment): boolean {
    const isFull = this.size >= MAX_DECISIONS_PER_BATCH || this.bytes >= MAX_BYTES;
    return !isFull && position >= this.from.position;
  }

  add(decision: Decision): void {
    this.decisions.push(decision);
    this.bytes += writtenBytes(decision, decision.nodes);
    this.isRestored ||= this.view.isRestored;
  }

  refuse(request: RefusedRequest): void {
    this.refused.push({ request, after: this.decisions.length });
    this.bytes += writtenBytes(request);
    this.isRestored ||= this.view.isRestored;
  }

  note(step: StepTaken): void {
    this.steps.push({ ...step, after: this.size });
  }

  /** What a batch before this one was to tell. */
  noteBefore(steps: readonly StepTaken[]): void {
    this.steps.unshift(...steps.map((step) => ({ ...step, after: 0 })));
  }

  /** To be told elsewhere when this batch is lost. */
  get stepsTaken(): readonly StepTaken[] {
    return this.steps;
  }

  /** A `WrittenIssued`, as JSON. */
  write(head: BatchHead): string {
    const { fromN, from, view, steps, decisions, refused } = this;
    const basis: Basis = {
      rule: RULE_VERSION,
      fromN,
      fromMs: from.atMs,
      fromPosition: from.position,
      view: from.digest,
      sentMs: Math.max(view.logTime, from.atMs),
      ...(steps.length > 0 && { steps: steps.slice(-MAX_STEPS) }),
      ...(this.isRestored && { isRestored: true }),
    };
    const written: WrittenIssued = {
      ...head,
      basis,
      decisions: decisions.map((decision) => writeDecision(decision, from)),
      ...(refused.length > 0 && {
        refused: refused.map(({ request, after }) => writeRefusal(request, from, after)),
      }),
    };
    return JSON.stringify(written);
  }
}
