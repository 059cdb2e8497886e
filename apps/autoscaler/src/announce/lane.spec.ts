import { describe, expect, it } from '@jest/globals';
import { Lane } from './lane.js';

/** Work that ends when told to. */
function held() {
  let release = () => {};
  const done = new Promise<void>((resolve) => (release = resolve));
  return { run: () => done, release };
}

const never = (error: unknown) => {
  throw error;
};

describe('a lane', () => {
  it('does one thing after the other', async () => {
    const lane = new Lane();
    const story: string[] = [];
    const first = held();
    const one = lane.enqueue(async () => {
      story.push('one begins');
      await first.run();
      story.push('one ends');
    });
    const two = lane.enqueue(async () => void story.push('two'));
    first.release();
    await Promise.all([one, two]);
    expect(story).toEqual(['one begins', 'one ends', 'two']);
  });

  it('lets what waits and is replaceable give way to the next such, so that one at most waits', async () => {
    const lane = new Lane();
    const story: string[] = [];
    const first = held();
    const busy = lane.enqueue(first.run);
    for (let n = 1; n <= 1000; n++) lane.offer(async () => void story.push(`offer ${n}`), never);
    expect(lane.length).toBe(1);
    first.release();
    await busy;
    await lane.enqueue(async () => {});
    expect(story).toEqual(['offer 1000']);
  });

  it('never drops what is not', async () => {
    const lane = new Lane();
    const story: string[] = [];
    const first = held();
    const all = [lane.enqueue(first.run)];
    lane.offer(async () => void story.push('replaced'), never);
    all.push(lane.enqueue(async () => void story.push('kept')));
    lane.offer(async () => void story.push('offered'), never);
    first.release();
    await Promise.all(all);
    await lane.enqueue(async () => {});
    expect(story).toEqual(['kept', 'offered']);
  });

  it('goes on after a failure, which whoever asked gets to know', async () => {
    const lane = new Lane();
    const failures: unknown[] = [];
    lane.offer(
      () => Promise.reject(new Error('offered')),
      (error) => failures.push(error),
    );
    await expect(lane.enqueue(() => Promise.reject(new Error('queued')))).rejects.toThrow('queued');
    await lane.enqueue(async () => {});
    expect(failures).toEqual([new Error('offered')]);
  });
});
