import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { nodesNeeded, type NeedInput } from './need.js';

const input = (overrides: Partial<NeedInput> = {}): NeedInput => ({
  demandNodes: 7.2,
  slope: 0,
  bootSeconds: 100,
  credentials: null,
  target: 0.72,
  threshold: 0.8,
  ...overrides,
});

describe('The nodes a region needs', () => {
  it.each<[string, Partial<NeedInput>, number]>([
    ['carry the demand at the target', {}, 10],
    ['are one more for a little more demand', { demandNodes: 7.21 }, 11],
    ['are none without demand', { demandNodes: 0 }, 0],
    ['are for the demand after the next boot', { slope: 0.0216 }, 13],
    ['are for 120 s ahead before a boot was measured', { slope: 0.012, bootSeconds: null }, 12],
    ['are not fewer because demand falls', { slope: -1 }, 10],
    ['are for no more than twice the demand, however steep', { slope: 10 }, 20],
    ['have room for chance in a small region', { credentials: 100 }, 12],
    ['need no such room in a large one', { credentials: 10_000 }, 10],
    ['are for no more than twice the demand, whatever chance may bring', { credentials: 1 }, 20],
  ])('%s', (_, overrides, nodes) => {
    expect(nodesNeeded(input(overrides)).nodes).toBe(nodes);
  });

  it('never fall when demand, growth or boot time rise, and are enough for the demand at the target', () => {
    const positive = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(positive, positive, positive, (demandNodes, slope, more) => {
        const need = nodesNeeded(input({ demandNodes, slope })).nodes;
        expect(need).toBeGreaterThanOrEqual(demandNodes / 0.72 - 1e-6);
        expect(nodesNeeded(input({ demandNodes: demandNodes + more, slope })).nodes).toBeGreaterThanOrEqual(
          need,
        );
        expect(nodesNeeded(input({ demandNodes, slope: slope + more })).nodes).toBeGreaterThanOrEqual(need);
        expect(
          nodesNeeded(input({ demandNodes, slope, bootSeconds: 100 + more })).nodes,
        ).toBeGreaterThanOrEqual(need);
      }),
    );
  });
});
