import type { Arrivals } from '../world/arrivals.js';
import type { World } from '../world/world.js';
import type { Calls } from './calls.js';
import type { Relays } from './relays.js';

/** A region is filled up to here with the calls that are in progress when the world begins. */
const FILL = 0.77;

/** Puts the calls that began earlier and still go on where a good rule would have them. */
export function beginCalls(
  earlier: Arrivals,
  begin: number,
  world: World,
  relays: Relays,
  calls: Calls,
): void {
  const { regions, rttMs, home } = world;
  const expected = new Float64Array(regions.length);
  const next = new Int32Array(regions.length);
  const nodesOf = regions.map((_, r) =>
    relays.regionOf.flatMap((region, node) => (region === r ? [node] : [])),
  );
  for (let call = earlier.next(); call; call = earlier.next()) {
    const leftMs = call.at + call.startMs + call.lengthMs - begin;
    if (!call.isUsed || leftMs <= 0 || call.at + call.startMs > begin) continue;
    const rtts = rttMs.subarray(call.cell * regions.length, (call.cell + 1) * regions.length);
    let best = home[call.cell] ?? 0;
    let least = Infinity;
    for (const [r, rtt] of rtts.entries()) {
      const isFull = (expected[r] ?? 0) >= FILL * (relays.regionCapacity[r] ?? 0);
      if (isFull || rtt >= least) continue;
      least = rtt;
      best = r;
    }
    expected[best] = (expected[best] ?? 0) + call.kbps;
    const nodes = nodesOf[best] ?? [];
    const turn = (next[best] ?? 0) % nodes.length;
    next[best] = turn + 1;
    calls.expect(nodes[turn] ?? 0, call.cell, call.kbps, begin, leftMs);
  }
}
