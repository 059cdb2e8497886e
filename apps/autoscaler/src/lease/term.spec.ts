import { describe, expect, it } from '@jest/globals';
import { Term } from './term.js';

describe('a term', () => {
  it('is current while the lease is held, and says when it is not', () => {
    let isHeld = true;
    const term = new Term(4, () => isHeld);
    expect(term.isCurrent).toBe(true);
    expect(() => term.ensureCurrent()).not.toThrow();
    isHeld = false;
    expect(term.isCurrent).toBe(false);
    expect(() => term.ensureCurrent()).toThrow(expect.objectContaining({ code: 'term-over' }));
  });

  it('is over for good once it has ended, with the reason it ended for first', () => {
    const term = new Term(4, () => true);
    term.end('the link is down');
    term.end('something later');
    expect(term.isCurrent).toBe(false);
    expect(term.signal.aborted).toBe(true);
    expect(() => term.ensureCurrent()).toThrow('generation 4 is not held any more: the link is down');
  });

  it('may be waited for by as many as there are', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const { signal } = new Term(4, () => true);
    for (let n = 0; n < 500; n++) signal.addEventListener('abort', () => {});
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});
