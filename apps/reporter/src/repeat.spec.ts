import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { repeat } from './repeat.js';

describe('repeat', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  async function countStarts(taskMs: number, periodMs: number, forMs: number): Promise<number> {
    const stopping = new AbortController();
    let starts = 0;
    const done = repeat(async () => {
      starts++;
      await new Promise((resolve) => setTimeout(resolve, taskMs));
      return periodMs;
    }, stopping.signal);
    await pass(forMs);
    stopping.abort();
    await pass(taskMs);
    await done;
    return starts;
  }

  it('keeps the period from start to start, whatever the task takes of it', async () => {
    expect(await countStarts(0, 100, 950)).toBe(10);
    expect(await countStarts(90, 100, 950)).toBe(10);
  });

  it('never runs a task twice at a time', async () => {
    expect(await countStarts(300, 100, 950)).toBe(4);
  });

  it('ends in the middle of a wait', async () => {
    const stopping = new AbortController();
    const done = repeat(() => Promise.resolve(1_000_000), stopping.signal);
    await pass(1);
    stopping.abort();
    await expect(done).resolves.toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });
});
