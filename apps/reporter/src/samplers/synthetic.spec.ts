import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { syntheticLoadSubject } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { mergeSamples } from './merge.js';
import { SyntheticSampler } from './synthetic.js';

describe('SyntheticSampler', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function create() {
    const bus = new MemoryBus();
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const node = { region: 'eu', nodeId: 'a1' };
    const sampler = new SyntheticSampler({ bus, node, logger: { log, warn: log } });
    const ask = async (payload: unknown) => {
      const { data } = await bus.request(syntheticLoadSubject('eu', 'a1'), { payload }, 1000);
      return JSON.parse(new TextDecoder().decode(data)) as unknown;
    };
    return { sampler, ask, lines };
  }
  const load = { bandwidthBps: 5_000_000, allocations: 50 };

  it('adds nothing until it is asked to, and says loudly that it may', async () => {
    const { sampler, lines } = create();
    expect(await sampler.sample()).toEqual({});
    expect(lines).toEqual([expect.stringContaining('turn.synthetic.eu.a1 decides on the load of this node')]);
  });

  it('adds what it is asked for, until that is over', async () => {
    const { sampler, ask, lines } = create();
    expect(await ask({ ...load, forSeconds: 5 })).toEqual({ accepted: true });
    const imposed = { egressBps: 5_000_000, ingressBps: 5_000_000, allocations: 50 };
    expect(await sampler.sample()).toEqual(imposed);
    jest.advanceTimersByTime(4999);
    await ask({ ...load, forSeconds: 5 });
    jest.advanceTimersByTime(4999);
    expect(await sampler.sample()).toEqual(imposed);
    jest.advanceTimersByTime(1);
    expect(await sampler.sample()).toEqual({});
    expect(lines.slice(1)).toEqual([
      'Synthetic load is added from now on to what is measured',
      'Synthetic load is over',
    ]);
  });

  it('is taken away at once by a request for no time', async () => {
    const { sampler, ask } = create();
    await ask({ ...load, forSeconds: 5 });
    await ask({ ...load, forSeconds: 0 });
    expect(await sampler.sample()).toEqual({});
  });

  it.each([
    ['no JSON object', 'x', /^the request: /],
    ['a negative load', { ...load, bandwidthBps: -1, forSeconds: 5 }, /^bandwidthBps: /],
    ['a load for ever', { ...load, forSeconds: 3600 }, /^forSeconds: /],
  ])('refuses %s and says why', async (_, request, reason) => {
    const { sampler, ask } = create();
    expect(await ask(request)).toEqual({ accepted: false, reason: expect.stringMatching(reason) });
    expect(await sampler.sample()).toEqual({});
  });
});

describe('what is made up', () => {
  const made = { egressBps: 5, ingressBps: 5, allocations: 50 };

  it('comes on top of what is measured, and says that it is there', () => {
    const merged = mergeSamples([{ allocations: 3, egressBps: null, cpu: 0.1 }], [made]);
    expect(merged).toMatchObject({
      load: { cpu: 0.1, egressBps: 5, ingressBps: 5, allocations: 53 },
      isSynthetic: true,
    });
  });

  it('makes nothing known while there is none', () => {
    const nothing = { cpu: null, egressBps: null, ingressBps: null, allocations: null };
    expect(mergeSamples([{}], [{}])).toMatchObject({ load: nothing, isSynthetic: false });
    const none = { egressBps: 0, ingressBps: 0, allocations: 0 };
    expect(mergeSamples([{}], [none])).toMatchObject({ load: nothing, isSynthetic: false });
  });
});
