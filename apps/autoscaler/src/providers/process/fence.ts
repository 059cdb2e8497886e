import { ProviderError } from '../provider-error.js';
import type { Group } from '../provider.js';
import type { RegionRecord, StateFolder } from './state-folder.js';

/**
 * Milliseconds for which a newer plan bars older ones. An autoscaler that lost its lease is late by seconds; a lower
 * generation after that means that the state of the autoscalers was wiped, and begins anew.
 */
const BAR_MS = 60_000;

/**
 * Writes down which plan is carried out. To be called while holding the lock.
 * @throws {ProviderError} `stale-plan` when a newer one has been begun.
 */
export function checkFence({ region, fence }: Group, state: StateFolder): RegionRecord {
  const record = state.region(region);
  const atMs = Date.now();
  if (record.fence && atMs - record.fence.atMs < BAR_MS && isOlder(fence, record.fence)) {
    throw new ProviderError(
      'stale-plan',
      `Plan ${nameOf(fence)} of ${region} comes after ${nameOf(record.fence)}`,
      'Another autoscaler has taken over; nothing is to be done',
    );
  }
  const next = { ...record, fence: { ...fence, atMs } };
  state.writeRegion(region, next);
  return next;
}

type Fence = Group['fence'];
const isOlder = (a: Fence, b: Fence) =>
  a.generation < b.generation || (a.generation === b.generation && a.revision < b.revision);
const nameOf = ({ generation, revision }: Fence) => `${revision} (generation ${generation})`;
