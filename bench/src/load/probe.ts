import { setTimeout as sleep } from 'node:timers/promises';
import { subjectOf } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit/builders';
import { HttpConnection, postRequest } from './http-client.js';
import { Latencies } from './latency.js';

/** A region with one node, whose URL says which heartbeat a decision rests on. */
export const PROBE_REGION = 'probe';
const PAUSE_MS = 25;

/**
 * Publishes heartbeats one after the other, and asks for a decision again and again until one rests on it.
 * @returns the times from publishing to that answer; the node's name is the region's.
 */
export async function probeFreshness(
  bus: Pick<Bus, 'publish'>,
  port: number,
  authorization: string,
  ms: number,
): Promise<Latencies> {
  const connection = await HttpConnection.open(port);
  const request = postRequest('/v1/ice-servers', { region: { require: [PROBE_REGION] } }, { authorization });
  const took: number[] = [];
  const endsAt = performance.now() + ms;
  try {
    // The first one brings the node in.
    for (let seq = 1; seq <= 2 || performance.now() < endsAt; seq++) {
      const mark = `probe-${seq}.example.org`;
      const publishedAt = performance.now();
      publish(bus, seq, mark);
      if (seq === 1) await sleep(1_000);
      while (!(await connection.ask(request)).includes(mark)) {
        if (performance.now() > endsAt + 10_000) throw new Error(`no decision rests on heartbeat ${seq}`);
      }
      if (seq > 1) took.push(performance.now() - publishedAt);
      await sleep(PAUSE_MS);
    }
  } finally {
    connection.close();
  }
  return new Latencies(took);
}

function publish(bus: Pick<Bus, 'publish'>, seq: number, host: string): void {
  const heartbeat = aHeartbeat({
    nodeId: PROBE_REGION,
    region: PROBE_REGION,
    seq,
    intervalMs: 60_000,
    urls: [`turn:${host}:3478?transport=udp`],
  });
  bus.publish(subjectOf.heartbeat(PROBE_REGION, PROBE_REGION), heartbeat);
}
