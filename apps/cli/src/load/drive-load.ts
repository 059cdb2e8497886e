import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@spillway/messaging';
import { followFleet, type FollowedFleet } from '../follow-fleet.js';
import { UsageError } from '../usage-error.js';
import { imposeLoad } from './impose-load.js';
import { describeProgress, PROGRESS_HEADING, withClock } from './progress.js';
import { sumCapacity, type Amount } from './share-load.js';
import { servingNodes, SyntheticLoad } from './synthetic-load.js';

/** No node of the region can be given load. */
export class NotLoadableError extends Error {
  readonly code = 'not-loadable';
  constructor(region: string, why: string) {
    super(`${region} cannot be loaded: ${why}. Nothing was changed`);
    this.name = 'NotLoadableError';
  }
}

export interface LoadPlan {
  readonly region: string;
  /** Share of what the region can carry at the start. */
  readonly utilization: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

const ROUND_MS = 1_000;
/** Milliseconds after which a line is written although nothing has changed. */
const QUIET_MS = 10_000;

/**
 * Puts synthetic load on a region until `signal` aborts, then takes it away. Its size is fixed at the start; it is
 * divided over the nodes that serve at each moment, so that what a new node takes is taken off the others.
 * @throws {UsageError} for an unknown region; {NotLoadableError} when nothing can be loaded.
 */
export async function driveLoad(bus: Bus, { region, utilization, signal, say }: LoadPlan): Promise<void> {
  const followed = await followFleet(bus);
  try {
    const original = await measureRegion(bus, followed, region);
    const load = new SyntheticLoad(bus, region, original, utilization, say);
    const tell = progressTeller(followed, region, say);
    say(PROGRESS_HEADING);
    try {
      while (!signal.aborted) {
        await load.putOn(servingNodes(followed, region));
        tell();
        await sleep(ROUND_MS, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      await load.takeOff();
    }
  } finally {
    await followed.stop();
  }
}

/** Writes a line when something has changed, and every 10 s. */
function progressTeller(followed: FollowedFleet, region: string, say: LoadPlan['say']): () => void {
  const startedAt = performance.now();
  let last = { progress: '', at: 0 };
  return () => {
    const at = performance.now();
    const progress = describeProgress(followed, region);
    if (progress === last.progress && at - last.at < QUIET_MS) return;
    last = { progress, at };
    say(withClock(at - startedAt, progress));
  };
}

/** What the region can carry; asks every node whether it would take load. */
async function measureRegion(bus: Bus, followed: FollowedFleet, region: string): Promise<Amount> {
  const { regions } = followed.fleet;
  if (!regions.has(region)) {
    throw new UsageError(`--region: "${region}" is none of ${[...regions.keys()].join(', ')}`);
  }
  const nodes = servingNodes(followed, region);
  if (nodes.length === 0) throw new NotLoadableError(region, 'no node serves there');
  const nothing = { bandwidthBps: 0, allocations: 0, forSeconds: 0 };
  const asked = await Promise.all(
    nodes.map(async ({ nodeId }) => ({ nodeId, ...(await imposeLoad(bus, region, nodeId, nothing)) })),
  );
  if (!asked.some(({ isDone }) => isDone)) {
    const reasons = asked.flatMap((each) => (each.isDone ? [] : [`${each.nodeId}: ${each.reason}`]));
    throw new NotLoadableError(
      region,
      `${reasons.join('; ')}; only reporters with \`synthetic\` in SAMPLERS do, as those of spillway start have`,
    );
  }
  const original = sumCapacity(nodes);
  if (original.bandwidthBps === null && original.allocations === null) {
    throw new NotLoadableError(
      region,
      'its nodes do not say what they can carry (CAPACITY_BANDWIDTH_BPS, CAPACITY_ALLOCATIONS)',
    );
  }
  return original;
}
