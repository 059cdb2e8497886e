import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjectOf, type IceServersAnswer, type Spillover } from '@spillway/contracts';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import { spilloverOf } from './fleet/restore-prices.js';
import { aControl } from './testing/control.harness.js';
import { aFleet, CLIENTS } from './testing/fleet.harness.js';
import { publishHeartbeat } from './testing/log.harness.js';
import { startReadyRouter, type TestRouter } from './testing/router.harness.js';
import { until } from './testing/until.harness.js';

const HOME = 'eu-central-1';
const NEXT = 'us-east-1';
/** The clients of the specs in Frankfurt are about this much farther from the next region than from home. */
const LESS_THAN_THE_WAY_MS = 20;
const MORE_THAN_THE_WAY_MS = 300;

let router: TestRouter;
beforeAll(async () => {
  const policy = aPolicy({ strategy: 'priced' });
  router = await startReadyRouter({ policy, fleet: aFleet({ load: { cpu: 0.5 } }) });
});
afterAll(() => router.stop());

const place = async () => {
  const response = await router.ask({ clientIp: CLIENTS.frankfurt });
  return ((await response.json()) as IceServersAnswer).placement;
};
const priceMs = () => router.metric(`spillway_region_price_ms{region="${HOME}"}`);

async function homeSays(cpu: number, seq: number): Promise<void> {
  const node = { region: HOME, nodeId: `${HOME}-1`, intervalMs: 60_000 };
  publishHeartbeat(router.bus, aHeartbeat({ ...node, seq, load: { cpu } }));
  await until(() => router.view.fleet.node(HOME, `${HOME}-1`)?.heartbeat.seq === seq);
}

async function autoscalerSays(integralMs: number): Promise<void> {
  const now = router.view.logTime;
  const spillover: Spillover = spilloverOf(aControl({ atMs: now, integralMs }), now, 0.79);
  await router.bus.record(subjectOf.spillover(HOME), spillover, `${integralMs}`);
  await until(() => router.view.fleet.regions.get(HOME)?.spillover?.event.integralMs === integralMs);
}

describe('a router with the strategy priced', () => {
  it('keeps clients at home while there is room', async () => {
    expect([await priceMs(), (await place()).reason]).toEqual([0, 'nearest']);
  });

  it('keeps them there while the autoscaler’s price is less than the way', async () => {
    await homeSays(0.79, 2);
    await autoscalerSays(LESS_THAN_THE_WAY_MS);
    expect(Math.round(await priceMs())).toBeGreaterThanOrEqual(LESS_THAN_THE_WAY_MS);
    expect((await place()).region).toBe(HOME);
  });

  it('sends them on when it is more, counts them by both regions, and says why', async () => {
    await autoscalerSays(MORE_THAN_THE_WAY_MS);
    expect(await place()).toMatchObject({ region: NEXT, nearestRegion: HOME, reason: 'spillover' });
    expect(await router.metric(`spillway_spilled_total{from="${HOME}",to="${NEXT}"}`)).toBe(1);
    expect(await router.metric(`spillway_placements_total{region="${NEXT}",reason="spillover"}`)).toBe(1);
  });

  it('sends them on by its own part of the price, at once, before the autoscaler says a word', async () => {
    await autoscalerSays(0);
    expect((await place()).region).toBe(HOME);
    await homeSays(0.95, 3);
    expect(await place()).toMatchObject({ region: NEXT, reason: 'spillover' });
    await homeSays(0.5, 4);
    expect((await place()).region).toBe(HOME);
  });
});
