import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { QUERY_ICE_SERVERS } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit';
import { aFleet, CLIENTS } from './testing/fleet.harness.js';
import { connectIceClient } from './testing/grpc.harness.js';
import { bearer } from './testing/keys.harness.js';
import { startReadyRouter, startTestRouter, type TestRouter } from './testing/router.harness.js';

let bus: MemoryBus;
let router: TestRouter;
beforeAll(async () => {
  bus = new MemoryBus();
  const more = [
    aHeartbeat({ nodeId: 'd', state: 'draining', intervalMs: 60_000 }),
    aHeartbeat({ nodeId: 'm', region: 'mars-1', intervalMs: 60_000 }),
  ];
  router = await startReadyRouter({ bus, fleet: [...aFleet(), ...more] });
  const client = connectIceClient(router.grpcAddress);
  await router.ask({ clientIp: CLIENTS.frankfurt });
  await router.ask({ clientIp: CLIENTS.singapore });
  await router.ask({ region: { require: ['us-east-1'] } });
  await router.ask({ count: 9 });
  await router.ask('{');
  await router.fetch('/v1/ice-servers', { method: 'POST' });
  await router.fetch('/v1/ice-servers', { method: 'POST', body: 'text' });
  await router.ask({ userId: 'x'.repeat(20_000) });
  await client.ask({ clientIp: CLIENTS.frankfurt });
  client.close();
  const headers = { authorization: bearer('watcher') };
  await bus.request(QUERY_ICE_SERVERS, { payload: {}, headers }, 5_000);
});
afterAll(() => router.stop());

describe('/metrics', () => {
  it.each([
    ['spillway_requests_total{face="http",code="ok"}', 3],
    ['spillway_requests_total{face="http",code="invalid-field"}', 1],
    ['spillway_requests_total{face="http",code="missing-key"}', 1],
    ['spillway_requests_total{face="http",code="malformed-request"}', 1],
    ['spillway_requests_total{face="http",code="unsupported-media-type"}', 1],
    ['spillway_requests_total{face="http",code="body-too-large"}', 1],
    ['spillway_requests_total{face="grpc",code="ok"}', 1],
    ['spillway_requests_total{face="nats",code="missing-scope"}', 1],
    ['spillway_request_duration_seconds_count{face="http"}', 5],
    ['spillway_request_duration_seconds_bucket{le="+Inf",face="grpc"}', 1],
    ['spillway_placements_total{region="eu-central-1",reason="nearest"}', 2],
    ['spillway_placements_total{region="ap-southeast-1",reason="nearest"}', 1],
    ['spillway_placements_total{region="us-east-1",reason="required"}', 1],
    ['spillway_nodes{region="us-east-1",state="serving",freshness="fresh"}', 1],
    ['spillway_nodes{region="us-east-1",state="draining",freshness="fresh"}', 1],
    ['spillway_nodes{region="other",state="serving",freshness="fresh"}', 1],
    ['spillway_decisions_unlogged_total', 0],
    ['spillway_link_up', 1],
    ['spillway_routers_live', 1],
    ['spillway_region_price_ms{region="us-east-1"}', 0],
    ['spillway_region_overloaded{region="us-east-1"}', 0],
    ['spillway_bus_suspect', 0],
  ])('has %s at %i', async (line, value) => {
    expect(await router.metric(line)).toBe(value);
  });

  it('tells where in the log the view stands and how long nothing has come', async () => {
    expect(await router.metric('spillway_log_position')).toBeGreaterThanOrEqual(6);
    expect(await router.metric('spillway_log_lag_seconds')).toBeLessThan(10);
  });

  it('tells the utilization of regions, and nothing where it is not known', async () => {
    const text = await (await router.fetch('/metrics')).text();
    expect(await router.metric('spillway_region_utilization_ratio{region="eu-central-1"}')).toBeCloseTo(
      0.1,
      1,
    );
    const empty = await startReadyRouter({ fleet: [] });
    const without = await (await empty.fetch('/metrics')).text();
    await empty.stop();
    expect(text).toContain('spillway_region_utilization_ratio{');
    expect(without).not.toContain('spillway_region_utilization_ratio{');
  });

  it('says that nothing was read yet, rather than that it is long ago', async () => {
    const silent = new MemoryBus();
    // It would read its own signs of life.
    silent.dropLink();
    const fresh = await startTestRouter({ bus: silent });
    const text = await (await fresh.fetch('/metrics')).text();
    silent.restoreLink();
    await fresh.stop();
    expect(text).toMatch(/^spillway_log_lag_seconds Nan$/im);
  });

  it('says that the link is down', async () => {
    bus.dropLink();
    expect(await router.metric('spillway_link_up')).toBe(0);
    bus.restoreLink();
    expect(await router.metric('spillway_link_up')).toBe(1);
  });
});
