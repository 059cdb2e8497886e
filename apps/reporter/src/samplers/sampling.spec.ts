import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Sample, Sampler } from './sampler.js';
import { Sampling, takeSample } from './sampling.js';

interface ScriptedSampler extends Sampler {
  next: () => Promise<Sample>;
  taken: number;
  isClosed: boolean;
}

function createSampler(name: string, asks: Sampler['asks'], next: () => Promise<Sample>): ScriptedSampler {
  return {
    name,
    asks,
    next,
    taken: 0,
    isClosed: false,
    sample() {
      this.taken++;
      return this.next();
    },
    close() {
      this.isClosed = true;
    },
  };
}

const never = () => new Promise<Sample>(() => undefined);
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

function run(...samplers: Sampler[]) {
  const lines: string[] = [];
  const failures: string[] = [];
  const log = (line: string) => void lines.push(line);
  const sampling = new Sampling({
    samplers,
    intervalMs: 2000,
    logger: { log, warn: log },
    onSampled: () => undefined,
    onFailed: (name) => failures.push(name),
  });
  void sampling.run();
  return { sampling, lines, failures };
}

describe('Sampling', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('samples twice per interval and keeps the last', async () => {
    let allocations = 0;
    const sampler = createSampler('a', 'server', () => Promise.resolve({ allocations: ++allocations }));
    const { sampling } = run(sampler);
    await pass(3000);
    expect(sampler.taken).toBe(4);
    expect(sampling.measured.load.allocations).toBe(4);
    sampling.stop();
  });

  it('does not let a slow sampler hold up the others', async () => {
    const slow = createSampler('slow', 'server', never);
    const fast = createSampler('fast', 'machine', () => Promise.resolve({ cpu: 0.5 }));
    const { sampling } = run(slow, fast);
    await pass(0);
    expect(sampling.measured.load).toMatchObject({ cpu: 0.5, allocations: null });
    sampling.stop();
  });

  it('counts every failure and logs it when it begins, when it changes and when it ends', async () => {
    const sampler = createSampler('a', 'server', () => Promise.reject(new Error('no answer')));
    const { sampling, lines, failures } = run(sampler);
    await pass(2000);
    sampler.next = () => Promise.resolve({ allocations: null, problem: 'no metric' });
    await pass(2000);
    expect(sampling.problems).toEqual(['a cannot measure: no metric']);
    sampler.next = () => Promise.resolve({ allocations: 1 });
    await pass(2000);
    expect(sampling.problems).toEqual([]);
    expect(failures).toHaveLength(5);
    expect(lines).toEqual([
      'The sampler a cannot measure: no answer',
      'The sampler a cannot measure: no metric',
      'The sampler a measures again',
    ]);
    sampling.stop();
  });

  it('forgets a value as soon as it cannot be measured any more', async () => {
    const sampler = createSampler('a', 'server', () => Promise.resolve({ allocations: 5 }));
    const { sampling } = run(sampler);
    await pass(0);
    expect(sampling.measured.load.allocations).toBe(5);
    sampler.next = never;
    await pass(1000 + 2000);
    expect(sampling.measured.load.allocations).toBeNull();
    sampling.stop();
  });

  it('takes a server for silent after two failures of what asks it, whatever the machine says', async () => {
    const server = createSampler('a', 'server', () => Promise.resolve({ allocations: 5 }));
    const machine = createSampler('b', 'machine', () => Promise.resolve({ cpu: 0 }));
    const { sampling } = run(server, machine);
    await pass(0);
    expect(sampling.isServerAnswering).toBe(true);
    server.next = () => Promise.reject(new Error('no answer'));
    await pass(1000);
    expect(sampling.isServerAnswering).toBe(true);
    await pass(1000);
    expect(sampling.isServerAnswering).toBe(false);
    server.next = () => Promise.resolve({ allocations: 0 });
    await pass(1000);
    expect(sampling.isServerAnswering).toBe(true);
    sampling.stop();
  });

  it('has nothing to say about a server that no sampler asks', async () => {
    const { sampling } = run(createSampler('b', 'machine', never));
    expect(sampling.isServerAnswering).toBe(true);
    sampling.stop();
  });

  it('takes no more samples once stopped and closes what is open', async () => {
    const sampler = createSampler('a', 'server', () => Promise.resolve({}));
    const { sampling } = run(sampler);
    await pass(0);
    sampling.stop();
    await pass(10_000);
    expect(sampler).toMatchObject({ taken: 1, isClosed: true });
  });
});

describe('takeSample', () => {
  it('gives up on a sampler that does not heed its signal', async () => {
    expect(await takeSample(createSampler('a', 'server', never), 10)).toEqual({
      sample: { problem: 'out of time' },
      isAnswered: false,
    });
  });
});
