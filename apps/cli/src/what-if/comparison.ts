import type { DecisionRecord, PolicyDocument, RefusalRecord } from '@spillway/contracts';
import type { Fleet } from '@spillway/fleet';
import { estimateRttMs } from '@spillway/geo';
import type { LogBatch } from '@spillway/messaging';
import { WhatIf, type Answer, type Change, type Doubt, type Verdict } from '@spillway/replay';
import { ClientSide } from './client-side.js';
import { FleetSide } from './fleet-side.js';

/** Before any policy is known. */
const DEFAULT_THRESHOLD = 0.8;

/** In what an answer differs. */
const DIFFERENCES = ['same', 'otherNode', 'otherRegion', 'refusedInstead', 'placedInstead'] as const;
type Difference = (typeof DIFFERENCES)[number];

/** Reads a part of the log under a change, and holds what comes out against what was. */
export class Comparison {
  readonly recorded = { clients: new ClientSide(), fleet: new FleetSide() };
  readonly changed = { clients: new ClientSide(), fleet: new FleetSide() };
  readonly answers: Record<Difference, number> = {
    same: 0,
    otherNode: 0,
    otherRegion: 0,
    refusedInstead: 0,
    placedInstead: 0,
  };
  /** Kept as recorded, by why they cannot be derived again. */
  readonly kept = new Map<Doubt | 'differs', number>();
  /** Clients in another region than they were, by both. */
  readonly moves = new Map<string, Map<string, number>>();
  readonly policies: { recorded?: PolicyDocument; changed?: PolicyDocument } = {};
  firstMs: number | undefined;
  lastMs = 0;
  gaps = 0;
  rejected = 0;
  private readonly whatIf: WhatIf;
  private readonly places = new Map<string, { latitude: number; longitude: number }>();

  /** @param fromMs what was before that, in log time, is read and not counted. */
  constructor(
    change: Change,
    private readonly fromMs = 0,
  ) {
    const policy = (recorded: PolicyDocument) => this.govern(recorded, change.policy(recorded));
    this.whatIf = new WhatIf({ ...change, policy }, estimateRttMs, {
      onAnswer: (record, changed, verdict) => this.count(record, changed, verdict),
      onLook: (now, recorded, changed) => this.look(now, recorded, changed),
    });
  }

  take({ gap, entries, rejected }: LogBatch): void {
    if (gap) {
      this.gaps++;
      this.whatIf.noteGap(gap.cause === 'new-stream');
    }
    this.rejected += rejected.length;
    for (const entry of entries) {
      this.whatIf.apply(entry);
      this.lastMs = Math.max(this.lastMs, entry.at);
      if (entry.at >= this.fromMs) this.firstMs ??= entry.at;
    }
  }

  get all(): number {
    return DIFFERENCES.reduce((sum, difference) => sum + this.answers[difference], 0);
  }

  private govern(recorded: PolicyDocument, changed: PolicyDocument): PolicyDocument {
    this.policies.recorded = recorded;
    this.policies.changed = changed;
    // Both sides are held against the same places, even where the change moves a region.
    for (const [id, place] of Object.entries({ ...recorded.regions, ...changed.regions })) {
      this.places.set(id, place);
    }
    return changed;
  }

  private look(now: number, recorded: Fleet, changed: Fleet): void {
    if (now < this.fromMs) return;
    const threshold = this.policies.recorded?.threshold ?? DEFAULT_THRESHOLD;
    this.recorded.fleet.look(recorded, now, threshold);
    this.changed.fleet.look(changed, now, threshold);
  }

  private count(record: DecisionRecord | RefusalRecord, changed: Answer | undefined, verdict: Verdict): void {
    if (record.atMs !== undefined && record.atMs < this.fromMs) return;
    const recorded = 'nodes' in record ? record : undefined;
    this.recorded.clients.count(recorded, this.rttMs(record, recorded?.region));
    this.changed.clients.count(changed, this.rttMs(record, changed?.region));
    this.answers[differenceOf(recorded, changed)]++;
    if (recorded && changed && recorded.region !== changed.region) this.move(recorded.region, changed.region);
    if (verdict.kind === 'same') return;
    const why = verdict.kind === 'differs' ? verdict.kind : verdict.reason;
    this.kept.set(why, (this.kept.get(why) ?? 0) + 1);
  }

  private rttMs(
    { lat, lon }: DecisionRecord | RefusalRecord,
    region: string | undefined,
  ): number | undefined {
    const place = region === undefined ? undefined : this.places.get(region);
    if (!place || lat === undefined || lon === undefined) return undefined;
    return estimateRttMs({ latitude: lat, longitude: lon }, place);
  }

  private move(from: string, to: string): void {
    let targets = this.moves.get(from);
    if (!targets) this.moves.set(from, (targets = new Map<string, number>()));
    targets.set(to, (targets.get(to) ?? 0) + 1);
  }
}

function differenceOf(recorded: Answer | undefined, changed: Answer | undefined): Difference {
  if (!recorded || !changed) {
    if (recorded) return 'refusedInstead';
    return changed ? 'placedInstead' : 'same';
  }
  if (recorded.region !== changed.region) return 'otherRegion';
  const { nodes } = changed;
  const isSame = recorded.nodes.length === nodes.length && recorded.nodes.every((id, i) => id === nodes[i]);
  return isSame ? 'same' : 'otherNode';
}
