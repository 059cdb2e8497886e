import type { DecisionRecord, Issued, LogEntry, LogEvent } from '@spillway/contracts';
import { reservationUnit } from '@spillway/fleet';
import type { EstimateRtt } from '@spillway/placement';
import { AddedNodes } from './added-nodes.js';
import { Answers, isSame, type AnsweredAgain } from './answers.js';
import type { Change, WhatIfListener } from './change.js';
import { LoadShift } from './load-shift.js';
import { PriceShift } from './price-shift.js';
import { World } from './world.js';

const LOOK_MS = 1_000;
/** When nothing is written for so long, nothing is looked at any more. */
const RESTS_AFTER_MS = 10 * 60_000;
const DEFAULT_SESSION_MS = 600_000;

/**
 * Answers the recorded clients anew, as if the policy, the strategy or the fleet had been another from the beginning.
 *
 * The log is read twice in the same order, by the same code: as it is, and as it would have been. Of the latter,
 *
 * 1. policies are those of the change;
 * 2. what routers issued is what they issue by it: where a client went elsewhere, its expected load goes along;
 * 3. heartbeats say what the nodes said, and the load that was moved to or from them;
 * 4. prices are those published, and the difference between the control loop over either fleet;
 * 5. nodes that are added are heard in addition;
 * 6. all else is as it was.
 *
 * Where nobody moved, 2 to 4 change nothing, so that a policy that is the same gives the same answers.
 */
export class WhatIf {
  private readonly recorded = new World();
  private readonly changed = new World();
  private readonly answers: Answers;
  private readonly loads: LoadShift;
  private readonly prices = new PriceShift(this.recorded, this.changed);
  private readonly added: AddedNodes;
  private now = 0;
  private nextLookAt = 0;
  private isAfterGap = false;

  /** @param estimateRtt that of the routers. */
  constructor(
    private readonly change: Change,
    estimateRtt: EstimateRtt,
    private readonly listener: WhatIfListener,
  ) {
    this.answers = new Answers(estimateRtt);
    this.loads = new LoadShift(() => this.sessionMs);
    this.added = new AddedNodes(change.addedNodes);
  }

  /** Hand in every entry, in order, from some time before the answers that matter on. */
  apply(entry: LogEntry): void {
    this.passTo(Math.max(this.now, entry.at));
    this.added.note(entry);
    this.answers.recorded.apply(entry);
    this.recorded.take(entry, this.now);
    this.take({ ...entry, event: this.changedEvent(entry) });
    for (const heartbeat of this.added.heartbeats(this.now, this.recorded.fleet)) {
      const event: LogEvent = { kind: 'heartbeat', heartbeat: this.carrying(heartbeat) };
      this.take({ position: entry.position, at: entry.at, event });
    }
  }

  /** Part of the log is missing. @param isNewLog positions begin anew. */
  noteGap(isNewLog = false): void {
    this.answers.recorded.noteGap(isNewLog);
    this.answers.changed.noteGap(isNewLog);
    if (this.now === 0 || this.isAfterGap) return;
    this.isAfterGap = true;
    for (const { fleet } of [this.recorded, this.changed]) fleet.setLink('down', this.now);
  }

  private get sessionMs(): number {
    const { policy } = this.recorded.fleet;
    return this.change.sessionMs ?? (policy ? policy.reservation.sessionSeconds * 1000 : DEFAULT_SESSION_MS);
  }

  private take(entry: LogEntry): void {
    this.answers.changed.read(entry);
    this.changed.take(entry, this.now);
  }

  private passTo(now: number): void {
    const isLong = now - this.now > RESTS_AFTER_MS;
    if (this.isAfterGap || isLong) this.nextLookAt = Math.ceil(now / LOOK_MS) * LOOK_MS;
    for (; this.nextLookAt <= now; this.nextLookAt += LOOK_MS) this.look(this.nextLookAt);
    this.now = now;
    if (!this.isAfterGap) return;
    this.isAfterGap = false;
    for (const { fleet } of [this.recorded, this.changed]) fleet.setLink('up', now);
  }

  private look(at: number): void {
    const { recorded, changed } = this;
    recorded.step(at, !this.isAfterGap);
    changed.step(at, !this.isAfterGap);
    this.listener.onLook?.(at, recorded.fleet, changed.fleet);
  }

  private changedEvent({ event, at }: LogEntry): LogEvent {
    switch (event.kind) {
      case 'policy':
        return { kind: 'policy', policy: this.change.policy(event.policy) };
      case 'heartbeat':
        return { kind: 'heartbeat', heartbeat: this.carrying(event.heartbeat) };
      case 'spillover': {
        const { region, spillover } = event;
        return { kind: 'spillover', region, spillover: this.prices.change(region, spillover, this.now) };
      }
      case 'issued':
        return { kind: 'issued', issued: this.issueAgain(event.issued, at) };
      case 'command':
      case 'overload':
      case 'scale':
        return event;
    }
  }

  private carrying(heartbeat: Parameters<LoadShift['change']>[0]) {
    return this.loads.change(heartbeat, this.recorded.fleet.regions.get(heartbeat.region), this.now);
  }

  private issueAgain(issued: Issued, at: number): Issued {
    const answers = this.answers.again(issued, at);
    let isChanged = false;
    for (const { record, changed, verdict } of answers) {
      this.listener.onAnswer(record, changed, verdict);
      if (isSame(record, changed)) continue;
      isChanged = true;
      const from = 'nodes' in record ? record.nodes : [];
      const region = 'nodes' in record ? record.region : changed?.region;
      this.loads.move(from, changed?.nodes ?? [], this.unitIn(region), record.atMs ?? this.now, this.now);
    }
    return isChanged ? { ...issued, decisions: answers.flatMap(decisionOf(issued)) } : issued;
  }

  /** What a credential is expected to add, as it was observed in the region. */
  private unitIn(region = '') {
    const { regions, policy } = this.recorded.fleet;
    const { unit } = regions.get(region) ?? {};
    return unit ?? (policy ? reservationUnit(policy.reservation) : { kbps: 0, allocations: 0 });
  }
}

/** As the other routers and the control loop read it. */
function decisionOf({ basis }: Issued): (answer: AnsweredAgain) => DecisionRecord[] {
  return ({ record, changed }) => {
    if (!changed) return [];
    const answer = { ...changed, nodes: [...changed.nodes] };
    if ('nodes' in record) return [{ ...record, ...answer }];
    const { atMs, position } = record;
    const ageMs = Math.max(0, (basis?.sentMs ?? atMs) - atMs);
    return [{ ...record, ...answer, id: '', ageMs, atMs, position }];
  };
}
