import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { shouldPublishNow } from './marked-change.js';
import type { Observation } from './observation.js';

const capacity = { bandwidthBps: 1000, allocations: 100 };
const observe = (load: Partial<Observation['load']> = {}, state: Observation['state'] = 'serving') => ({
  state,
  load: { cpu: 0.5, egressBps: 500, ingressBps: 500, allocations: 50, ...load },
  software: undefined,
  commandId: null,
});

describe('shouldPublishNow', () => {
  it('is true for a command that was obeyed', () => {
    expect(shouldPublishNow(observe(), { ...observe(), commandId: 'c-1' }, capacity)).toBe(true);
  });

  it('is true for a change of state', () => {
    expect(shouldPublishNow(observe({}, 'serving'), observe({}, 'starting'), capacity)).toBe(true);
  });

  it.each([
    ['allocations', 60, 59],
    ['allocations', 40, 41],
    ['egressBps', 600, 599],
    ['ingressBps', 400, 401],
    ['cpu', 0.65, 0.55],
  ] as const)('is true when %s moves to %d of its capacity and false at %d', (part, far, near) => {
    expect(shouldPublishNow(observe(), observe({ [part]: far }), capacity)).toBe(true);
    expect(shouldPublishNow(observe(), observe({ [part]: near }), capacity)).toBe(false);
  });

  it('is false for a load whose capacity is unknown', () => {
    const unknown = { bandwidthBps: null, allocations: null };
    expect(shouldPublishNow(observe(), observe({ allocations: 5000, egressBps: 1e9 }), unknown)).toBe(false);
  });

  it('is false when values only become known or unknown', () => {
    const value = fc.option(fc.nat());
    const unknown = { cpu: null, egressBps: null, ingressBps: null, allocations: null };
    const load = fc.record({ cpu: value, egressBps: value, ingressBps: value, allocations: value });
    fc.assert(
      fc.property(load, (known) => {
        expect(shouldPublishNow(observe(unknown), observe(known), capacity)).toBe(false);
        expect(shouldPublishNow(observe(known), observe(unknown), capacity)).toBe(false);
      }),
    );
  });
});
