import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { SHADOW_POLICY_KEY } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aPolicy } from '@spillway/testkit';
import { Registry } from 'prom-client';
import { FleetView } from '../fleet/fleet-view.js';
import { RouterMetrics } from '../router-metrics.js';
import { readMetric } from '../testing/metric.harness.js';
import { startReadyRouter } from '../testing/router.harness.js';
import { Shadow } from './shadow.js';
import { ShadowWatch } from './shadow-watch.js';

const AT = '2026-11-22T10:00:00.000Z';
const lower = { at: AT, policy: aPolicy({ revision: 'lower', threshold: 0.75 }), share: 0.5 };

let bus: MemoryBus;
let registry: Registry;
let shadow: Shadow;
let watch: ShadowWatch;
const warnings = jest.spyOn(Logger.prototype, 'warn');
beforeEach(() => {
  Logger.overrideLogger(false);
  warnings.mockClear();
  bus = new MemoryBus();
  registry = new Registry();
  const view = new FleetView('boot');
  shadow = new Shadow(view);
  watch = new ShadowWatch(shadow, new RouterMetrics(registry, view), bus);
});
afterEach(() => watch.onModuleDestroy());

const metric = async (line: string) => readMetric(await registry.metrics(), line);

describe('The candidate policy that is stored', () => {
  it('is tried from when it is there until it is taken away', async () => {
    await watch.look();
    expect(shadow.trying).toBeUndefined();
    await bus.provision();
    const revision = await bus.state.put(SHADOW_POLICY_KEY, lower, undefined);
    await watch.look();
    expect(shadow.trying).toMatchObject({ share: 0.5, policy: { revision: 'lower', threshold: 0.75 } });
    expect(await metric('spillway_shadow_share{revision="lower"}')).toBe(0.5);
    await bus.state.put(SHADOW_POLICY_KEY, { ...lower, policy: null }, revision);
    await watch.look();
    expect(shadow.trying).toBeUndefined();
    expect(await registry.metrics()).not.toContain('revision="lower"');
    expect(warnings).not.toHaveBeenCalled();
  });

  it('is kept as it was when what is stored cannot be read, which is said once', async () => {
    await bus.provision();
    const revision = await bus.state.put(SHADOW_POLICY_KEY, lower, undefined);
    await watch.look();
    await bus.state.put(SHADOW_POLICY_KEY, { ...lower, share: 7 }, revision);
    for (let i = 0; i < 3; i++) await watch.look();
    expect(shadow.trying?.policy.revision).toBe('lower');
    expect(warnings).toHaveBeenCalledTimes(1);
  });

  it('is kept while NATS is away, in silence', async () => {
    await bus.provision();
    await bus.state.put(SHADOW_POLICY_KEY, lower, undefined);
    await watch.look();
    bus.dropLink();
    await watch.look();
    expect(shadow.trying?.policy.revision).toBe('lower');
    expect(warnings).not.toHaveBeenCalled();
  });

  it('is counted by a whole router, and answers nobody', async () => {
    await bus.provision();
    const policy = aPolicy({
      revision: 'one-region',
      regions: { 'ap-southeast-1': {} },
      defaultRegion: 'ap-southeast-1',
    });
    await bus.state.put(SHADOW_POLICY_KEY, { at: AT, policy, share: 1 }, undefined);
    const router = await startReadyRouter({ bus });
    try {
      const given = await Promise.all([1, 2, 3, 4].map(async () => (await router.ask({})).json()));
      for (const answer of given) expect(answer).toMatchObject({ placement: { region: 'us-east-1' } });
      expect(await router.metric('spillway_shadow_share{revision="one-region"}')).toBe(1);
      expect(await router.metric('spillway_shadow_decisions_total{agreement="other-region"}')).toBe(4);
      expect(await router.metric('spillway_shadow_moves_total{from="us-east-1",to="ap-southeast-1"}')).toBe(
        4,
      );
      expect(await router.metric('spillway_shadow_seconds_total')).toBeGreaterThan(0);
      expect(await router.metric('spillway_shadow_errors_total')).toBe(0);
    } finally {
      await router.stop();
    }
  });
});
