import { MAX_RAMP_SECONDS, type Issued, type PolicyDocument } from '@spillway/contracts';
import type { FoldOutcome } from './fold-outcome.js';
import type { LinkState } from './link.js';
import { LiveRouters, ROUTER_LIVE_MS } from './live-routers.js';
import type { Candidate } from './node.js';
import { NodeRow } from './node-row.js';
import { NO_TALLY, type Slot } from './node-rows.js';
import { Reservations } from './reservations.js';
import type { Tallies } from './tallies.js';
import { TOLD_AFTER_MS, Untold } from './untold.js';

/** What this router and all others issued of late, counted for the nodes it was issued for. */
export class Issues {
  private readonly reservations: Reservations;
  private readonly untold: Untold;
  private readonly otherRouters = new LiveRouters();
  private rampMs = MAX_RAMP_SECONDS * 1000;

  constructor(
    private readonly tallies: Tallies,
    private readonly ownBootId: string | undefined,
  ) {
    this.reservations = new Reservations(tallies);
    this.untold = new Untold(tallies);
  }

  /** Issued credentials that count, or would by another policy. */
  get kept(): number {
    return this.reservations.kept;
  }

  get liveRouters(): number {
    return Math.max(1, this.otherRouters.count + (this.ownBootId === undefined ? 0 : 1));
  }

  /** This router issued a credential for this node now. */
  reserve(node: Candidate | string, now: number): void {
    const tally = this.tallySlot(node);
    this.reservations.add(tally, now);
    this.untold.add(tally, now);
  }

  apply(issued: Issued, writtenAt: number, now: number, link: LinkState): FoldOutcome {
    if (issued.bootId === this.ownBootId) return 'ignored';
    this.otherRouters.hear(issued.routerId, issued.bootId, writtenAt);
    this.countRouters(now, link);
    for (const { nodes, ageMs } of issued.decisions) {
      // A router that was cut off sends what it issued meanwhile: that load is in the heartbeats by now.
      if (ageMs >= MAX_RAMP_SECONDS * 1000) continue;
      for (const nodeId of nodes) this.reservations.add(this.tallySlot(nodeId), writtenAt - ageMs);
    }
    return 'applied';
  }

  /** Lets time pass. */
  advance(now: number, link: LinkState): void {
    // Of a link just back, what the others told meanwhile is still to be read.
    const isCutOff = link.isLost || now < link.graceFrom + TOLD_AFTER_MS;
    this.untold.end(now - (isCutOff ? this.rampMs : TOLD_AFTER_MS));
    this.reservations.end(now, this.rampMs);
    this.countRouters(now, link);
  }

  /** Takes another ramp; `advance` then ends what is past it. */
  setRamp({ rampSeconds }: PolicyDocument['reservation']): void {
    this.rampMs = rampSeconds * 1000;
    this.reservations.revive();
  }

  private tallySlot(node: Candidate | string): Slot {
    if (typeof node === 'string') return this.tallies.of(node).slot;
    // A node that is at hand has it with it, unless it was forgotten meanwhile.
    if (node instanceof NodeRow && node.tallySlot !== NO_TALLY) return node.tallySlot;
    return this.tallies.of(node.id).slot;
  }

  private countRouters(now: number, { isLost, graceFrom }: LinkState): void {
    if (!isLost && now >= graceFrom + ROUTER_LIVE_MS) this.otherRouters.age(now);
    this.untold.setOthers(this.liveRouters - 1);
  }
}
