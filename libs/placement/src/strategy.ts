import type { Continent, PolicyDocument, StrategyName } from '@spillway/contracts';
import type { Candidate, FleetRegion, TransportSet } from '@spillway/fleet';

/** What a strategy weighs a region by. All arrays are in the order of `regions`. */
export interface Weighing {
  readonly policy: PolicyDocument;
  readonly regions: readonly FleetRegion[];
  /** The client may be served there: the requirement, if any, names it. */
  readonly isAllowed: readonly boolean[];
  /** Allowed, with a usable node, and not found full for this client. */
  readonly isOpen: readonly boolean[];
  readonly rttMs: ArrayLike<number>;
  /** The region with the least of them, allowed or not; the first of equals. */
  readonly nearest: number;
  /** What a place there costs, in ms. */
  readonly priceMs: ArrayLike<number>;
  /** A `Fullness` each. */
  readonly fullness: ArrayLike<number>;
  /** `null` when the client's location is unknown. */
  readonly continent: Continent | null;
}

/** Which of a region's nodes will do. */
export interface NodeWish {
  /** Differs from decision to decision and is the same in a replay. */
  readonly seed: number;
  /** The node must offer at least one of these. */
  readonly transports: TransportSet;
  /** Log time of the newest heartbeat of any node, in ms. */
  readonly heardAt: number;
  hasRoom(node: Candidate): boolean;
  isExcluded(node: Candidate): boolean;
}

/** A way to choose. One file each in `strategies/`; what it must never do is in `place`, not here. */
export interface Strategy {
  readonly name: StrategyName;
  /** Where the client belongs when everything is well: an index, -1 when no region is allowed. */
  homeRegion(weighing: Weighing): number;
  /** Where it goes now: the index of an open region, -1 when none is open. */
  chooseRegion(weighing: Weighing, home: number): number;
  chooseNode(region: FleetRegion, wish: NodeWish): Candidate | undefined;
}

/** Open, and not known to be at the threshold. */
export function isOpenBelowThreshold({ isOpen, fullness }: Weighing, index: number): boolean {
  return isOpen[index] === true && (fullness[index] ?? 2) < 2;
}

/** That of the emptiest kind of open region: where there is one, nobody from elsewhere goes to a fuller kind. */
export function leastFullness({ isOpen, fullness }: Weighing): number {
  let least = 2;
  for (let i = 0; i < isOpen.length && least > 0; i++) {
    if (isOpen[i]) least = Math.min(least, fullness[i] ?? 2);
  }
  return least;
}

/** The nearest of the open regions of the emptiest kind, -1 when none is open. */
export function nearestOfEmptiest(weighing: Weighing): number {
  const { isOpen, fullness, rttMs } = weighing;
  const least = leastFullness(weighing);
  return argMin(
    isOpen.length,
    (i) => isOpen[i] === true && fullness[i] === least,
    (i) => rttMs[i] ?? Infinity,
  );
}

/** The index of the least cost among those that pass, -1 when none does; the first of equals wins. */
export function argMin(
  count: number,
  passes: (index: number) => boolean,
  cost: (index: number) => number,
): number {
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < count; i++) {
    if (!passes(i)) continue;
    const value = cost(i);
    if (value < least) {
      least = value;
      best = i;
    }
  }
  return best;
}
