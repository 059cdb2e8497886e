import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit/builders';
import * as fc from 'fast-check';
import { nextOverload, overloadChange, type OverloadMemory } from './overload.js';

const policy = aPolicy({ overload: { dwellSeconds: 10, leave: 0.7 } });
const NOTHING: OverloadMemory = { overload: null, highSinceMs: null };

/** One demand a second. */
function follow(demands: readonly (number | null)[], from = NOTHING): OverloadMemory {
  let memory = from;
  for (const [second, demand] of demands.entries())
    memory = nextOverload(memory, demand, policy, second * 1000);
  return memory;
}

const seconds = (count: number, demand: number | null) => Array.from({ length: count }, () => demand);

describe('Overload', () => {
  it('is entered once demand has been at the threshold for the dwell time, since it reached it', () => {
    expect(follow(seconds(10, 0.8)).overload).toBeNull();
    expect(follow(seconds(11, 0.8)).overload).toEqual({ state: 'entered', sinceMs: 0 });
  });

  it('is not entered when demand fell below the threshold meanwhile, however short', () => {
    expect(follow([...seconds(9, 0.9), 0.79, ...seconds(9, 0.9)]).overload).toBeNull();
  });

  it('stays above `leave` and is cleared at it', () => {
    const entered = follow(seconds(11, 0.85));
    expect(follow(seconds(100, 0.701), entered).overload?.state).toBe('entered');
    expect(follow([0.7], entered).overload).toEqual({ state: 'cleared', sinceMs: 0 });
  });

  it('is what it was while demand is unknown, and the dwell time begins anew after that', () => {
    const entered = follow(seconds(11, 0.85));
    expect(follow(seconds(100, null), entered).overload).toEqual(entered.overload);
    expect(follow([...seconds(10, 0.9), null, ...seconds(10, 0.9)]).overload).toBeNull();
  });

  it('of a policy without a dwell time is entered at once', () => {
    const now = { ...policy, overload: { dwellSeconds: 0, leave: 0.7 } };
    expect(nextOverload(NOTHING, 0.8, now, 5).overload).toEqual({ state: 'entered', sinceMs: 5 });
  });

  it('is announced when it changes, and only then', () => {
    const entered = { state: 'entered', sinceMs: 1 } as const;
    const cleared = { state: 'cleared', sinceMs: 2 } as const;
    expect(overloadChange(null, entered, 0.9, 0.8)).toEqual({ ...entered, utilization: 0.9, threshold: 0.8 });
    expect(overloadChange(entered, cleared, 0.6, 0.8)?.state).toBe('cleared');
    expect(overloadChange(entered, entered, 0.9, 0.8)).toBeUndefined();
    expect(overloadChange(null, null, 0.5, 0.8)).toBeUndefined();
  });

  it('never changes between `leave` and the threshold, and no sooner than the dwell time lets it', () => {
    const demand = fc.option(fc.double({ min: 0.5, max: 1, noNaN: true }), { nil: null });
    fc.assert(
      fc.property(fc.array(demand, { maxLength: 200 }), (demands) => {
        let memory = NOTHING;
        let enteredAt = -Infinity;
        let clearedAt = -Infinity;
        for (const [second, demand] of demands.entries()) {
          const next = nextOverload(memory, demand, policy, second * 1000);
          if (next.overload?.state !== memory.overload?.state) {
            expect(demand).not.toBeNull();
            if (next.overload?.state === 'entered') {
              expect(
                Math.min(...demands.slice(second - 10, second + 1).map((d) => d ?? 0)),
              ).toBeGreaterThanOrEqual(0.8);
              expect(second - clearedAt).toBeGreaterThan(10);
              enteredAt = second;
            } else {
              expect(demand).toBeLessThanOrEqual(0.7);
              expect(second).toBeGreaterThan(enteredAt);
              clearedAt = second;
            }
          }
          memory = next;
        }
      }),
    );
  });
});
