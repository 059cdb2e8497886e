import { subjectOf } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit/builders';

export const REGIONS = Array.from({ length: 20 }, (_, i) => `region-${i}`);
export const INTERVAL_MS = 2_000;
const TICK_MS = 20;

/** Publishes what the reporters of `nodes` nodes would, evenly spread over the interval. @returns what stops it. */
export function beat(bus: Pick<Bus, 'publish'>, nodes: number, regions = REGIONS): () => void {
  let sent = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / INTERVAL_MS) * nodes;
    for (; sent < due; sent++) {
      const index = sent % nodes;
      const heartbeat = aHeartbeat({
        nodeId: `node-${index}`,
        region: regions[index % regions.length],
        zone: 'abc'[index % 3],
        instanceId: `i-0123456789abcdef${index}`,
        bootId: `boot-${index}`,
        seq: Math.floor(sent / nodes),
        at: new Date().toISOString(),
        intervalMs: INTERVAL_MS,
        load: { allocations: (sent * 97) % 2000, egressBps: (sent * 1_000_003) % 400_000_000 },
      });
      bus.publish(subjectOf.heartbeat(heartbeat.region, heartbeat.nodeId), heartbeat);
    }
  }, TICK_MS);
  return () => clearInterval(timer);
}
