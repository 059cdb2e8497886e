import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aHeartbeat } from '@spillway/testkit';
import { CLIENTS } from './testing/fleet.harness.js';
import { collect, connectIceClient } from './testing/grpc.harness.js';
import { startReadyRouter, type TestRouter } from './testing/router.harness.js';

const NODES = 10;
const REQUESTS = 1_000;
const SHARE = REQUESTS / NODES;

/** A region of nodes that differ no more than equal nodes do; no heartbeat comes while the spec runs. */
const fleet = Array.from({ length: NODES }, (_, i) =>
  aHeartbeat({
    nodeId: `euc1-${i}`,
    region: 'eu-central-1',
    intervalMs: 60_000,
    load: { cpu: 0.1 + i / 1_000, egressBps: 100_000_000 - i * 1_000_000 },
  }),
);

let router: TestRouter;
beforeAll(async () => {
  router = await startReadyRouter({ fleet });
});
afterAll(() => router.stop());

/** How many of the answers name each node, the most first. */
function tally(nodes: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
  expect(counts.size).toBe(NODES);
  return [...counts.values()].sort((a, b) => b - a);
}

describe(`${REQUESTS} simultaneous requests between two heartbeats`, () => {
  it('are spread over HTTP: no node gets more than 1.5 times its share', async () => {
    const answers = await Promise.all(
      Array.from({ length: REQUESTS }, async () => {
        const response = await router.ask({ clientIp: CLIENTS.frankfurt });
        expect(response.status).toBe(200);
        return (await response.json()) as { placement: { nodes: [string] } };
      }),
    );
    const counts = tally(answers.map(({ placement }) => placement.nodes[0]));
    expect(counts[0]).toBeLessThanOrEqual(1.5 * SHARE);
    expect(counts.at(-1)).toBeGreaterThanOrEqual(SHARE / 2);
  });

  it('are spread over gRPC', async () => {
    const client = connectIceClient(router.grpcAddress);
    const stream = client.stream();
    const results = collect(stream);
    for (let i = 0; i < REQUESTS; i++) {
      stream.write({ id: `${i}`, request: { clientIp: CLIENTS.frankfurt } });
    }
    stream.end();
    const counts = tally((await results).map(({ answer }) => answer?.placement.nodes[0] ?? 'none'));
    expect(counts[0]).toBeLessThanOrEqual(1.5 * SHARE);
    client.close();
  });
});
