import { describe, expect, it } from '@jest/globals';
import { takeCensus, type CensusInput } from './census.js';
import { nodesOf, type NodeOptions } from './region.harness.js';

const AUTOSCALER_DRAIN = { command: 'drain', origin: 'autoscaler' } as const;
const AUTOSCALER_UNDRAIN = { command: 'undrain', origin: 'autoscaler' } as const;

const running = (...ids: string[]) => ({
  instances: ids.map((instanceId) => ({ instanceId, phase: 'running' as const })),
});

const censusOf = (nodes: NodeOptions[], overrides: Partial<CensusInput> = {}) =>
  takeCensus({
    nodes: nodesOf(...nodes),
    inventory: { instances: [] },
    booting: new Set(),
    awaited: 0,
    isLongInView: true,
    ...overrides,
  });

describe('What a node is good for', () => {
  it.each<[string, Partial<NodeOptions>, string]>([
    ['serving', {}, 'serving'],
    ['draining, by its own word', { state: 'draining' }, 'draining'],
    ['draining, by an order it has not taken up yet', { order: AUTOSCALER_DRAIN }, 'draining'],
    ['returning, once it is told to', { state: 'draining', order: AUTOSCALER_UNDRAIN }, 'returning'],
    ['drained, when it stopped', { state: 'stopped' }, 'drained'],
    ['drained, when it stopped and is silent since', { state: 'stopped', isSilent: true }, 'drained'],
    ['silent, when it is unknown', { isSilent: true }, 'silent'],
    ['sick, when its relay does not answer', { state: 'starting' }, 'sick'],
  ])('is %s', (_, options, standing) => {
    // Others in another region would keep the bus from being suspected; fewer than five nodes never are.
    const { members } = censusOf([{ id: 'a', ...options }, { id: 'b' }]);
    expect(members.find(({ node }) => node.id === 'a')?.standing).toBe(standing);
  });

  it('is known to be the autoscaler’s own drain, or not', () => {
    const own = (options: Partial<NodeOptions>) =>
      censusOf([{ id: 'a', state: 'draining', ...options }]).members[0]?.isOwnDrain;
    expect(own({ order: AUTOSCALER_DRAIN })).toBe(true);
    expect(own({ order: { command: 'drain', origin: 'operator' } })).toBe(false);
    expect(own({})).toBe(false);
  });
});

describe('A census', () => {
  it('counts each once: static nodes, instances with a node, booting ones, and what is awaited', () => {
    const census = censusOf(
      [{ id: 's1' }, { id: 'i1' }, { id: 'i2', state: 'draining' }, { id: 'i3', isSilent: true }],
      {
        inventory: running('i1', 'i2', 'i3', 'i4'),
        booting: new Set(['i4']),
        awaited: 2,
      },
    );
    expect(census).toMatchObject({
      booting: 3,
      capacityCount: 5,
      presentCount: 6,
      totalCount: 7,
      missing: [],
    });
    expect(census.members.map(({ instanceId }) => instanceId)).toEqual([undefined, 'i1', 'i2', 'i3']);
  });

  it('passes over what is ending, what is no relay, and static nodes that stopped', () => {
    const census = censusOf([{ id: 'i1' }, { id: 'sfu', kind: 'sfu' }, { id: 's1', state: 'stopped' }], {
      inventory: { instances: [{ instanceId: 'i1', phase: 'ending' }] },
    });
    expect(census).toMatchObject({ capacityCount: 0, presentCount: 0, totalCount: 0 });
    expect(census.instanceIds.size).toBe(0);
  });

  it('counts an instance that nobody speaks for until whoever is there must have been heard', () => {
    const inventory = running('i1');
    expect(censusOf([], { inventory, isLongInView: false })).toMatchObject({ capacityCount: 1, missing: [] });
    expect(censusOf([], { inventory })).toMatchObject({ capacityCount: 0, totalCount: 1, missing: ['i1'] });
  });

  it('knows when any node is silent, be it suspect only; one that stopped says nothing by it', () => {
    expect(censusOf([{ id: 'a' }, { id: 'b' }]).isAnySilent).toBe(false);
    expect(censusOf([{ id: 'a' }, { id: 'b', isSilent: true }]).isAnySilent).toBe(true);
    expect(censusOf([{ id: 'a' }, { id: 'b', isSilent: true, state: 'stopped' }]).isAnySilent).toBe(false);
  });

  it('does not take a node for serving that boots under an id that was used before', () => {
    const census = censusOf([{ id: 'i1', state: 'stopped', order: AUTOSCALER_DRAIN, hasObeyed: true }], {
      inventory: running('i1'),
      booting: new Set(['i1']),
    });
    expect(census).toMatchObject({ members: [], capacityCount: 1 });
  });
});
