import type { Arrivals } from '../world/arrivals.js';
import type { Grouping } from './groups.js';

/** What people want, by group and bucket of time, at `group · buckets + bucket`. */
export interface Offered {
  readonly buckets: number;
  readonly calls: Float64Array;
  readonly kbps: Float64Array;
}

export function offeredLoad(
  arrivals: Arrivals,
  { groups, groupOf }: Grouping,
  from: number,
  to: number,
  bucketMs: number,
): Offered {
  const buckets = Math.ceil((to - from) / bucketMs);
  const calls = new Float64Array(groups.length * buckets);
  const kbps = new Float64Array(groups.length * buckets);
  for (let call = arrivals.next(); call && call.at < to; call = arrivals.next()) {
    if (call.at < from) continue;
    const at = (groupOf[call.cell] ?? 0) * buckets + Math.floor((call.at - from) / bucketMs);
    calls[at] = (calls[at] ?? 0) + 1;
    if (call.isUsed) kbps[at] = (kbps[at] ?? 0) + call.kbps;
  }
  return { buckets, calls, kbps };
}
