import { regionControlSchema, type RegionControl } from '@spillway/contracts';

/** What an autoscaler stored of a region that has been over its target for a while. */
export function aControl(overrides: Partial<RegionControl> & Pick<RegionControl, 'atMs'>): RegionControl {
  return regionControlSchema.parse({
    generation: 4,
    revision: 2,
    integralMs: 60,
    demand: 1.2,
    loadPerCredential: { bandwidthBps: 50_000, allocations: 0.25 },
    origins: {},
    overload: null,
    lastGrowthAtMs: null,
    lastShrinkAtMs: null,
    spareSinceMs: null,
    shortSinceMs: null,
    bootSeconds: null,
    failedBoots: 0,
    changesAtMs: [],
    plan: null,
    ...overrides,
  });
}
