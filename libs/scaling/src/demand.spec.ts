import { describe, expect, it } from '@jest/globals';
import type { Origins } from '@spillway/contracts';
import * as fc from 'fast-check';
import { demandInNodes, demandOf, meanNodeCapacity } from './demand.js';
import { NO_PARTS, type Parts } from './parts.js';
import type { RegionSignals } from './signals.js';

const parts = (overrides: Partial<Parts> = {}): Parts => ({ ...NO_PARTS, ...overrides });

function aRegion(overrides: Partial<RegionSignals> = {}): RegionSignals {
  const load = overrides.load ?? parts({ kbps: 500 });
  return {
    id: 'a',
    utilization: 0.5,
    measured: load,
    load,
    capacity: parts({ kbps: 1000 }),
    usableCount: 10,
    isKnown: true,
    ...overrides,
  };
}

const demands = (regions: RegionSignals[], origins: Record<string, Origins> = {}) =>
  demandOf(regions, (id) => origins[id] ?? {});

describe('Demand', () => {
  it('is a region’s own load while nobody is counted', () => {
    expect(demands([aRegion()]).get('a')?.ratio).toBe(0.5);
  });

  it('is where clients belong, wherever they are served', () => {
    const regions = [aRegion(), aRegion({ id: 'b', load: parts({ kbps: 400 }) })];
    const spilled = demands(regions, { b: { a: 0.75, b: 0.25 } });
    expect(spilled.get('a')?.ratio).toBeCloseTo(0.8, 9);
    expect(spilled.get('b')?.ratio).toBeCloseTo(0.1, 9);
  });

  it('keeps at home what belongs to a region nobody knows, and what small shares leave over', () => {
    const regions = [aRegion(), aRegion({ id: 'b', load: parts({ kbps: 400 }) })];
    const ratios = demands(regions, { b: { mars: 0.5, a: 0.25, b: 0.2 } });
    expect(ratios.get('a')?.ratio).toBeCloseTo(0.6, 9);
    expect(ratios.get('b')?.ratio).toBeCloseTo(0.3, 9);
  });

  it('is the largest of its known parts', () => {
    const region = aRegion({
      load: parts({ kbps: 500, allocations: 90, cpuMilli: 999 }),
      capacity: parts({ kbps: 1000, allocations: 100 }),
    });
    expect(demands([region]).get('a')?.ratio).toBe(0.9);
  });

  it('of a region whose load is unknown is unknown, and adds nothing to the others', () => {
    const regions = [aRegion(), aRegion({ id: 'b', isKnown: false })];
    const unknown = demands(regions, { b: { a: 1 } });
    expect(unknown.get('a')?.ratio).toBe(0.5);
    expect(unknown.get('b')?.ratio).toBeNull();
  });

  it('of a region without nodes is known as a load, and in nodes’ worth of it', () => {
    const regions = [
      aRegion({ load: parts({ kbps: 600 }) }),
      aRegion({ id: 'b', load: NO_PARTS, capacity: NO_PARTS, usableCount: 0, utilization: null }),
    ];
    const demand = demands(regions, { a: { b: 0.5 } }).get('b');
    const nowhere = { usableCount: 0, isKnown: true };
    expect(demand).toEqual({ ratio: null, load: parts({ kbps: 300 }) });
    if (!demand) throw new Error('no demand');
    expect(demandInNodes(demand, nowhere, { kbps: 100, allocations: null })).toBe(3);
    expect(demandInNodes(demand, nowhere, null)).toBeNull();
    expect(demandInNodes({ ratio: null, load: NO_PARTS }, nowhere, null)).toBe(0);
    expect(demandInNodes(demand, { usableCount: 0, isKnown: false }, null)).toBeNull();
  });

  it('loses and invents nothing: over all known regions it adds up to what they carry', () => {
    const ids = ['a', 'b', 'c'];
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const origins = fc.dictionary(fc.constantFrom(...ids, 'mars'), share, { maxKeys: 4 });
    const regions = fc.tuple(...ids.map(() => fc.tuple(fc.nat(1_000_000), fc.boolean(), origins)));
    fc.assert(
      fc.property(regions, (drawn) => {
        const all = drawn.map(([kbps, isKnown], i) =>
          aRegion({ id: ids[i] ?? '', load: parts({ kbps }), isKnown }),
        );
        const carried = all.filter(({ isKnown }) => isKnown).reduce((sum, { load }) => sum + load.kbps, 0);
        const wanted = [...demandOf(all, (id) => drawn[ids.indexOf(id)]?.[2] ?? {}).values()];
        expect(wanted.reduce((sum, { load }) => sum + load.kbps, 0)).toBeCloseTo(carried, 3);
        for (const { load } of wanted) expect(load.kbps).toBeGreaterThanOrEqual(-1e-6);
      }),
    );
  });
});

describe('What a node holds on average', () => {
  it('is known by the nodes there are, part by part', () => {
    expect(meanNodeCapacity(aRegion())).toEqual({ kbps: 100, allocations: null });
    expect(meanNodeCapacity(aRegion({ usableCount: 0 }))).toBeUndefined();
    expect(meanNodeCapacity(aRegion({ capacity: NO_PARTS }))).toBeUndefined();
  });
});
