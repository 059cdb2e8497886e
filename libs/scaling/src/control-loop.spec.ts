import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit/builders';
import { ToyWorld } from './toy-world.harness.js';

const scaling = (overrides: Record<string, unknown> = {}) => ({
  provider: { kind: 'process' },
  min: 2,
  max: 30,
  stabilizationDownSeconds: 300,
  ...overrides,
});

function policyWith(overrides: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  return aPolicy({
    strategy: 'priced',
    regions: {
      'us-east-1': { latitude: 39, longitude: -77, scaling: scaling(overrides) },
      'eu-central-1': { latitude: 50, longitude: 8, scaling: scaling({ min: 1 }) },
    },
    reservation: { bandwidthBps: 3_000_000, allocations: 1 },
    ...more,
  });
}

describe('The control loop, in a world that answers', () => {
  it('grows while demand ramps from 60 % to 130 %, ends at the need, and shrinks when it is over, without a flap', () => {
    const demand = (region: string, second: number) => {
      if (region !== 'us-east-1') return 2;
      if (second < 600) return 6;
      if (second < 1200) return 6 + (7 * (second - 600)) / 600;
      return second < 4800 ? 13 : 6;
    };
    const world = new ToyWorld({
      policy: policyWith(),
      nodes: { 'us-east-1': 10, 'eu-central-1': 6 },
      demand,
    });
    for (let i = 0; i < 60; i++) {
      world.run(120);
      const c = world.loop.control('us-east-1');
      console.log(
        world.second,
        'dem',
        c?.demand?.toFixed(3),
        'u',
        world.utilization('us-east-1')?.toFixed(3),
        'eu',
        world.utilization('eu-central-1')?.toFixed(3),
        'I',
        c?.integralMs.toFixed(1),
        'serving',
        world.count('us-east-1', 'serving'),
        'drain',
        world.count('us-east-1', 'draining'),
        world.count('eu-central-1', 'serving'),
        c?.overload?.state,
        c?.bootSeconds,
        JSON.stringify(c?.loadPerCredential),
      );
    }
    for (const { second, region, plan } of world.plans)
      console.log(
        second,
        region,
        plan.current,
        plan.desired,
        plan.drain.length,
        plan.undrain.length,
        plan.terminate.length,
        plan.reasons
          .filter((r) => r.isTaken)
          .map((r) => r.code + ' ' + r.detail)
          .join('; '),
      );
    expect(world.plans.length).toBeGreaterThan(0);
  });
});
