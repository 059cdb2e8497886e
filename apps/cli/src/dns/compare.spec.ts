import { describe, expect, it } from '@jest/globals';
import { compareDns, drainedRegions } from './compare.js';
import type { PublishedNode } from './published-node.js';

const name = 'turn.example.org';
const node = (nodeId: string, address: string, other: Partial<PublishedNode> = {}): PublishedNode => ({
  nodeId,
  region: 'eu-central-1',
  addresses: [address],
  isUsable: true,
  state: 'serving',
  ...other,
});
const problems = (addresses: string[], nodes: PublishedNode[], region?: string) =>
  compareDns([{ name, region, addresses }], nodes).map(({ problem }) => problem);

describe('compareDns', () => {
  it('finds nothing wrong with an address of a node that may be handed out', () => {
    const rows = compareDns(
      [{ name, region: undefined, addresses: ['203.0.113.1'] }],
      [node('a', '203.0.113.1'), node('b', '203.0.113.2')],
    );
    expect(rows).toMatchObject([{ name, address: '203.0.113.1', node: { nodeId: 'a' }, problem: undefined }]);
  });

  it('tells of a node that may not be handed out, with its state', () => {
    const draining = node('a', '203.0.113.1', { isUsable: false, state: 'draining' });
    expect(problems(['203.0.113.1'], [draining])).toEqual(['is draining']);
  });

  it('tells of an address that is no node of the fleet', () => {
    expect(problems(['203.0.113.9'], [node('a', '203.0.113.1')])).toEqual(['no node of the fleet is there']);
  });

  it('tells of a node behind the name of another region, but not behind the name for all', () => {
    const nodes = [node('a', '203.0.113.1')];
    expect(problems(['203.0.113.1'], nodes, 'us-east-1')).toEqual(['is in eu-central-1']);
    expect(problems(['203.0.113.1'], nodes, 'eu-central-1')).toEqual([undefined]);
  });

  it('lets a region have no records, but not the name', () => {
    expect(problems([], [], 'us-east-1')).toEqual([undefined]);
    expect(problems([], [])).toEqual(['has no address']);
  });

  it('knows an IPv6 address in any spelling', () => {
    expect(problems(['2001:db8::1'], [node('a', '2001:0DB8:0:0::1')])).toEqual([undefined]);
  });
});

describe('drainedRegions', () => {
  const drained = { isUsable: false, state: 'draining' };
  const led = (nodes: PublishedNode[], addresses: string[]) =>
    drainedRegions(compareDns([{ name, region: undefined, addresses }], nodes), nodes);

  it('has a region that DNS leads to and none of whose nodes may be handed out', () => {
    const nodes = [node('a', '203.0.113.1', drained), node('b', '203.0.113.2', drained)];
    expect(led(nodes, ['203.0.113.1'])).toEqual(['eu-central-1']);
    expect(led(nodes, ['203.0.113.9'])).toEqual([]);
  });

  it('has no region where another node serves', () => {
    expect(led([node('a', '203.0.113.1', drained), node('b', '203.0.113.2')], ['203.0.113.1'])).toEqual([]);
  });
});
