import type { RegionControl } from '@spillway/contracts';

/** Weight of the newest boot in the mean. */
const NEWEST_WEIGHT = 0.3;
const PATIENCE_BOOTS = 3;
const MIN_PATIENCE_SECONDS = 60;
/** Before any boot was measured. */
const FIRST_PATIENCE_SECONDS = 600;

/** So many failed boots in a row are bad luck; after more, each makes the next try wait twice as long. */
const FAILURES_BEFORE_BACK_OFF = 3;
const MAX_BACK_OFF_MS = 3_600_000;

/** As many boots are remembered. */
const MAX_BOOTING = 1000;

export type BootMemory = Pick<
  RegionControl,
  'booting' | 'bootSeconds' | 'failedBoots' | 'lastFailureAtMs' | 'lastGrowthAtMs'
>;

/** What is seen of the instances that the provider has and does not end. */
export interface BootSight {
  readonly now: number;
  readonly instanceIds: ReadonlySet<string>;
  /** Whose node has been heard serving or draining, and when last; an id may come again after its instance is gone. */
  readonly servedAt: ReadonlyMap<string, number>;
  /** Whose node has been heard in any state but `starting`, however long ago. */
  readonly cameUp: ReadonlySet<string>;
  /** The instances there were when they were last looked at; `undefined` for somebody who never looked before. */
  readonly knownIds: ReadonlySet<string> | undefined;
  /** Instances ordered and not yet seen. */
  readonly awaited: number;
}

export interface Boots {
  readonly memory: BootMemory;
  readonly awaited: number;
  /** Past all patience, and never served. */
  readonly neverServed: readonly string[];
}

/** How long an instance may take before it counts as failed, in ms: three boot times, and a minute at least. */
export function patienceMs(bootSeconds: number | null): number {
  if (bootSeconds === null) return FIRST_PATIENCE_SECONDS * 1000;
  return Math.max(MIN_PATIENCE_SECONDS, PATIENCE_BOOTS * bootSeconds) * 1000;
}

/** Until when nothing more is ordered after boots that failed in a row; 0 when nothing is in the way. */
export function backOffUntil({ failedBoots, lastFailureAtMs, bootSeconds }: BootMemory): number {
  if (failedBoots < FAILURES_BEFORE_BACK_OFF || lastFailureAtMs === null) return 0;
  const doublings = Math.min(failedBoots - FAILURES_BEFORE_BACK_OFF, 16);
  return lastFailureAtMs + Math.min(MAX_BACK_OFF_MS, patienceMs(bootSeconds) * 2 ** doublings);
}

/**
 * Follows instances from the order to the first heartbeat that says `serving`.
 *
 * 1. An instance that was not there before boots since the last order, if that is within patience, else since now.
 * 2. To somebody who never looked before, an instance whose node never came up boots if an order is within
 *    patience; otherwise it is a stranger: it may have served long ago, so it is never taken for a failed boot.
 * 3. One that serves ends its boot: the time goes into the mean, and failures are forgotten.
 * 4. One that is gone without having served has failed; not to somebody who never looked before, to whom it may have
 *    gone long ago for any reason.
 * 5. One that is past patience has never served and is to be ended; it fails by 4.
 * 6. What was ordered and did not come within patience has failed, once.
 */
export function followBoots(memory: BootMemory, sight: BootSight): Boots {
  const { now, instanceIds, servedAt, cameUp, knownIds } = sight;
  const patience = patienceMs(memory.bootSeconds);
  const { lastGrowthAtMs } = memory;
  const isOrderRecent = lastGrowthAtMs !== null && now - lastGrowthAtMs <= patience;
  const inBoot = new Set(memory.booting.map(({ instanceId }) => instanceId));
  const arrived = [...instanceIds].filter((id) => {
    if (inBoot.has(id)) return false;
    return knownIds ? !knownIds.has(id) : isOrderRecent && !cameUp.has(id);
  });
  const sinceMs = isOrderRecent ? lastGrowthAtMs : now;
  const all = [...memory.booting, ...arrived.map((instanceId) => ({ instanceId, sinceMs }))];
  const awaited = knownIds ? Math.max(0, sight.awaited - arrived.length) : sight.awaited;
  const isOverdue = awaited > 0 && !isOrderRecent;
  const present = all.filter(({ instanceId }) => instanceIds.has(instanceId));
  const isUp = ({ instanceId, sinceMs }: Boot) => (servedAt.get(instanceId) ?? -1) >= sinceMs;
  const failures = (knownIds ? all.length - present.length : 0) + (isOverdue ? 1 : 0);
  const up = present.filter(isUp);
  const booting = present.filter((boot) => !isUp(boot));
  const outcome = { booting, up, failures, now };
  return {
    memory:
      arrived.length > 0 || booting.length < all.length || failures > 0 ? remember(memory, outcome) : memory,
    awaited: isOverdue ? 0 : awaited,
    neverServed: booting
      .filter(({ sinceMs }) => now - sinceMs > patience)
      .map(({ instanceId }) => instanceId),
  };
}

type Boot = BootMemory['booting'][number];

interface BootOutcome {
  readonly now: number;
  readonly booting: Boot[];
  readonly up: readonly Boot[];
  readonly failures: number;
}

function remember(memory: BootMemory, { now, booting, up, failures }: BootOutcome): BootMemory {
  return {
    booting: booting.slice(0, MAX_BOOTING),
    bootSeconds: up.reduce((mean, { sinceMs }) => meanBoot(mean, now - sinceMs), memory.bootSeconds),
    failedBoots: up.length > 0 ? 0 : memory.failedBoots + failures,
    lastFailureAtMs: failures > 0 ? now : memory.lastFailureAtMs,
    lastGrowthAtMs: memory.lastGrowthAtMs,
  };
}

function meanBoot(mean: number | null, ms: number): number {
  const seconds = Math.min(86_400, Math.max(0.1, ms / 1000));
  return mean === null ? seconds : mean + (seconds - mean) * NEWEST_WEIGHT;
}
