import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { checkPeriodMs, NEVER_ASKED, recordCheck } from './liveness.js';

const after = (...answers: boolean[]) => answers.reduce(recordCheck, NEVER_ASKED);

describe('recordCheck', () => {
  it('takes a server for silent before its first answer', () => {
    expect(NEVER_ASKED.isAnswering).toBe(false);
    expect(after(false).isAnswering).toBe(false);
  });

  it('believes one answer at once', () => {
    expect(after(true).isAnswering).toBe(true);
    expect(after(true, false, false, false, true).isAnswering).toBe(true);
  });

  it('forgives one miss and not two in a row', () => {
    expect(after(true, false).isAnswering).toBe(true);
    expect(after(true, false, true, false).isAnswering).toBe(true);
    expect(after(true, false, false).isAnswering).toBe(false);
  });

  it('is answering exactly when one of the last two checks was answered', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (answers) => {
        expect(after(...answers).isAnswering).toBe(answers.slice(-2).includes(true));
      }),
    );
  });
});

describe('checkPeriodMs', () => {
  it('asks a server that missed a check twice as often', () => {
    expect(checkPeriodMs(after(true), 2000)).toBe(2000);
    expect(checkPeriodMs(after(true, false), 2000)).toBe(1000);
    expect(checkPeriodMs(after(false, false), 2000)).toBe(1000);
  });

  it('knows a dead relay within two intervals of its last answer, as slow as misses may be', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 60_000 }), (intervalMs) => {
        const firstMissStarts = checkPeriodMs(after(true), intervalMs);
        const secondMissEnds =
          firstMissStarts + checkPeriodMs(after(true, false), intervalMs) + intervalMs / 2;
        expect(secondMissEnds).toBeLessThanOrEqual(2 * intervalMs);
      }),
    );
  });
});
