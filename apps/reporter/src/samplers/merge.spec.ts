import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { mergeSamples } from './merge.js';

describe('mergeSamples', () => {
  it('believes per value the first sampler that knows it', () => {
    const merged = mergeSamples([
      { allocations: null, cpu: 0 },
      { allocations: 4, cpu: 0.5, software: { name: 'coturn', version: '4.6.1' } },
      { allocations: 5, egressBps: 9, software: { name: 'other', version: null } },
    ]);
    expect(merged).toEqual({
      load: { cpu: 0, egressBps: 9, ingressBps: null, allocations: 4 },
      software: { name: 'coturn', version: '4.6.1' },
      isSynthetic: false,
    });
  });

  it('never makes 0 of what no sampler knows', () => {
    const unknown = fc.record(
      { cpu: fc.constant(null), allocations: fc.constant(null), problem: fc.string() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(unknown), (samples) => {
        expect(Object.values(mergeSamples(samples).load)).toEqual([null, null, null, null]);
      }),
    );
  });
});
