import { describe, expect, it } from '@jest/globals';
import type { FleetNode } from '@spillway/fleet';
import * as fc from 'fast-check';
import { chooseDrains } from './drain.js';
import { nodesOf } from './region.harness.js';

const chosen = (nodes: FleetNode[], count = 1, candidates = nodes) =>
  chooseDrains(candidates, nodes, count).map(({ id }) => id);

describe('The nodes to drain', () => {
  it('are those with the fewest allocations', () => {
    const nodes = nodesOf(
      { id: 'a', allocations: 3 },
      { id: 'b', allocations: 1 },
      { id: 'c', allocations: 2 },
    );
    expect(chosen(nodes, 2)).toEqual(['b', 'c']);
  });

  it('are last those that do not tell', () => {
    const nodes = nodesOf({ id: 'a', allocations: null }, { id: 'b', allocations: 500 });
    expect(chosen(nodes)).toEqual(['b']);
  });

  it('are of equals those with the least load, then the first by id', () => {
    expect(chosen(nodesOf({ id: 'a', bps: 2e8 }, { id: 'b', bps: 1e8 }))).toEqual(['b']);
    expect(chosen(nodesOf({ id: 'b' }, { id: 'a' }))).toEqual(['a']);
    expect(
      chosen(nodesOf({ id: 'a', allocations: null, bps: null }, { id: 'b', allocations: null })),
    ).toEqual(['b']);
  });

  it('leave a zone its last node while there is another choice', () => {
    const nodes = nodesOf(
      { id: 'a', allocations: 1, zone: 'z1' },
      { id: 'b', allocations: 2, zone: 'z2' },
      { id: 'c', allocations: 3, zone: 'z2' },
    );
    expect(chosen(nodes)).toEqual(['b']);
    expect(chosen(nodes, 3)).toEqual(['b', 'a', 'c']);
  });

  it('are candidates only, though the others count for their zones', () => {
    const nodes = nodesOf({ id: 'a', zone: 'z1' }, { id: 'b', zone: 'z1' });
    expect(chosen(nodes, 5, nodes.slice(1))).toEqual(['b']);
  });

  it('are the same in whatever order the nodes are listed', () => {
    const node = fc.record({
      allocations: fc.option(fc.nat(3), { nil: null }),
      zone: fc.constantFrom(null, 'x', 'y'),
    });
    fc.assert(
      fc.property(
        fc.array(node, { maxLength: 6 }),
        fc.nat(4),
        fc.infiniteStream(fc.nat(5)),
        (list, count, order) => {
          const nodes = nodesOf(...list.map((each, i) => ({ ...each, id: `n${i}` })));
          const shuffled = nodes
            .map((each) => [order.next().value ?? 0, each] as const)
            .sort(([a], [b]) => a - b);
          const mixed = shuffled.map(([, each]) => each);
          expect(chosen(mixed, count)).toEqual(chosen(nodes, count));
          expect(new Set(chosen(nodes, count)).size).toBe(Math.min(count, nodes.length));
        },
      ),
    );
  });
});
