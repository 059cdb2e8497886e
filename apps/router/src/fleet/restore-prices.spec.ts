import { describe, expect, it } from '@jest/globals';
import { regionControlKey } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aHeartbeat, aLog, aPolicy, fakeClock } from '@spillway/testkit';
import { aControl } from '../testing/control.harness.js';
import { FleetReport } from './fleet-report.js';
import { FleetView } from './fleet-view.js';
import { restorePrices } from './restore-prices.js';

const AT = Date.UTC(2026, 10, 22);
const REGION = 'us-east-1';

/** A router whose log is `ageSeconds` younger than what was stored, and that has been brought to now. */
async function setStage(control: unknown = aControl({ atMs: AT }), ageSeconds = 0) {
  const clock = fakeClock(0);
  const view = new FleetView('boot', () => clock.now());
  const bus = new MemoryBus();
  await bus.provision();
  await bus.state.put(regionControlKey(REGION), control, undefined);
  const entry = aLog();
  const fold = (event: Parameters<typeof entry>[0]) =>
    view.fold(entry(event, AT + ageSeconds * 1000 + clock.now()));
  view.setLink('up');
  // A region that holds 20,000 credentials' load is at its target then, and has the slow part only.
  fold({ kind: 'policy', policy: aPolicy({ price: { target: 0.79 + 30 / 20_000 } }) });
  fold({ kind: 'heartbeat', heartbeat: aHeartbeat({ load: { cpu: 0.79 }, intervalMs: 60_000 }) });
  view.needUpTo(2);
  const region = () => new FleetReport(view).regions().regions[0];
  return { view, bus, clock, fold, region, restore: () => restorePrices(view, bus.state) };
}

describe('a router that finds no prices on the log', () => {
  it('takes those that the autoscaler stored, and what it learned', async () => {
    const { restore, region, view } = await setStage();
    expect(await restore()).toEqual(new Map());
    expect(region()).toMatchObject({ priceMs: expect.closeTo(60, 6), demand: 1.2, priceAgeSeconds: 0 });
    expect(view.fleet.regions.get(REGION)?.unit).toEqual({ kbps: 50, allocations: 0.25 });
  });

  it.each([
    [30, 60],
    [60, 60],
    [360, 30],
    [660, 0],
    [86_400, 0],
  ])('takes one that is %i s old for %i ms, as if it had been on the log', async (ageSeconds, priceMs) => {
    const { restore, region } = await setStage(undefined, ageSeconds);
    await restore();
    expect(region()?.priceMs).toBeCloseTo(priceMs, 6);
  });

  it('holds what was stored no longer than the autoscaler would have', async () => {
    const { restore, region, clock } = await setStage(undefined, 30);
    await restore();
    clock.advance(30_000);
    expect(region()?.priceMs).toBeCloseTo(60, 6);
    clock.advance(300_000);
    expect(region()?.priceMs).toBeCloseTo(30, 6);
  });

  it('believes the log, when it tells before or after', async () => {
    const { restore, region, fold } = await setStage();
    const at = new Date(AT).toISOString();
    const { loadPerCredential, generation } = aControl({ atMs: AT });
    const told = { loadPerCredential, generation, origins: {}, target: 0.79, validForSeconds: 60 };
    const tell = (integralMs: number) =>
      fold({
        kind: 'spillover',
        region: REGION,
        spillover: { at, priceMs: 0, integralMs, utilization: null, demand: null, ...told },
      });
    tell(10);
    await restore();
    expect(region()?.priceMs).toBeCloseTo(10, 6);
    tell(20);
    expect(region()?.priceMs).toBeCloseTo(20, 6);
  });

  it('goes on without what cannot be read, and says so', async () => {
    const { restore, region } = await setStage({ integralMs: 'much' });
    expect([...(await restore()).keys()]).toEqual([REGION]);
    expect(region()).toMatchObject({ demand: null, priceAgeSeconds: null });
  });
});
