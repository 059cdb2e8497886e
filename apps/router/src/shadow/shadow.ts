import type { ShadowPolicy } from '@spillway/contracts';
import { estimateRttMs } from '@spillway/geo';
import {
  mix32,
  place,
  placementView,
  type Coordinates,
  type Placement,
  type PlacementRequest,
  type PlacementView,
  type Refusal,
} from '@spillway/placement';
import type { FleetView } from '../fleet/fleet-view.js';

/** In what two answers agree, or the first in which they do not. */
export const AGREEMENTS = ['same', 'other-node', 'other-region', 'refused', 'placed'] as const;
export type Agreement = (typeof AGREEMENTS)[number];

type Outcome = Placement | Refusal;

/** What came of trying a candidate on one request. */
export interface Trial {
  /** `refused`: the candidate would have, `placed`: it would not have refused. */
  readonly agreement: Agreement;
  readonly given: Outcome;
  readonly shadow: Outcome;
  /** How much longer the candidate's round trip is; 0 where the region is the same, or nobody knows where the client is. */
  readonly rttDifferenceMs: number;
  /** What it took, in ms. */
  readonly tookMs: number;
}

export interface ShadowListener {
  onTrial(trial: Trial): void;
  onFault(error: unknown): void;
}

/** A candidate policy, with the share of requests it is tried on, 0–1. */
export type Candidate = Pick<ShadowPolicy, 'share'> & {
  readonly policy: NonNullable<ShadowPolicy['policy']>;
};

/** Tells the draw of a sample from those of the placement. */
const SAMPLE_SALT = 0x51ad0ed;

/**
 * Tries a candidate policy on requests that are answered by the one in force, on the same view of the fleet, at the same
 * moment and with the same dice. Nothing of it gets into an answer, onto the log or among the reservations.
 */
export class Shadow {
  private candidate: Candidate | undefined;
  private deciding: PlacementView | undefined;
  private listener: ShadowListener | undefined;

  constructor(private readonly view: FleetView) {
    // The regions are other ones then.
    view.onPolicy(() => (this.deciding = undefined));
  }

  get trying(): Candidate | undefined {
    return this.candidate;
  }

  listen(listener: ShadowListener): void {
    this.listener = listener;
  }

  try(candidate: Candidate | undefined): void {
    this.candidate = candidate;
    this.deciding = undefined;
  }

  /**
   * Call it once an answer is made, before anything is counted on it. Whatever goes wrong is told to the listener and to
   * nobody else.
   */
  compare(request: PlacementRequest, given: Outcome): void {
    const { candidate, listener } = this;
    if (!candidate || mix32(request.seed ^ SAMPLE_SALT) >= candidate.share * 2 ** 32) return;
    try {
      const beganAt = performance.now();
      this.deciding ??= placementView(this.view.fleet, estimateRttMs, candidate.policy);
      if (!this.deciding) return;
      const shadow = place(this.deciding, request);
      const agreement = agreementOf(given, shadow);
      const rttDifferenceMs = agreement === 'other-region' ? this.rttDifference(request, given, shadow) : 0;
      const tookMs = performance.now() - beganAt;
      listener?.onTrial({ agreement, given, shadow, rttDifferenceMs, tookMs });
    } catch (error) {
      listener?.onFault(error);
    }
  }

  private rttDifference({ location }: PlacementRequest, given: Outcome, shadow: Outcome): number {
    return location ? this.rttMs(location, shadow) - this.rttMs(location, given) : 0;
  }

  private rttMs(location: Coordinates, outcome: Outcome): number {
    const { view, candidate } = this;
    if (!outcome.isPlaced) return 0;
    const { region } = outcome;
    const place = candidate?.policy.regions[region] ?? view.fleet.policy?.regions[region];
    return place ? estimateRttMs(location, place) : 0;
  }
}

function agreementOf(given: Outcome, shadow: Outcome): Agreement {
  if (!given.isPlaced || !shadow.isPlaced) {
    if (given.isPlaced) return 'refused';
    return shadow.isPlaced ? 'placed' : 'same';
  }
  if (given.region !== shadow.region) return 'other-region';
  const { nodes } = shadow;
  return given.nodes.length === nodes.length && given.nodes.every(({ slot }, i) => slot === nodes[i]?.slot)
    ? 'same'
    : 'other-node';
}
