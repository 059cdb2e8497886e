import { describe, expect, it } from '@jest/globals';
import { aLog, aPolicy, fakeClock } from '@spillway/testkit';
import { FleetView } from './fleet-view.js';

describe('FleetView', () => {
  const policy = { kind: 'policy', policy: aPolicy() } as const;

  it('tells how late the last entry was read, and nothing before the first', () => {
    const view = new FleetView();
    expect(view.lagMs).toBeUndefined();
    view.fold(aLog()(policy, Date.now() - 5_000));
    expect(view.lagMs).toBeGreaterThanOrEqual(5_000);
    expect(view.lagMs).toBeLessThan(60_000);
  });

  it('takes what outlived its entry on the log for no entry', () => {
    const view = new FleetView();
    view.fold({ position: 0, at: 0, event: policy });
    expect(view.lagMs).toBeUndefined();
  });

  it('tells since when nothing was read', () => {
    const clock = fakeClock();
    const view = new FleetView(() => clock.now());
    clock.advance(3_000);
    expect(view.silenceOfLogMs).toBe(3_000);
    view.fold(aLog()(policy, 1_000));
    clock.advance(2_000);
    expect(view.silenceOfLogMs).toBe(2_000);
  });
});
