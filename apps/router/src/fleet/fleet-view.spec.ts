import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from '@spillway/contracts';
import { aHeartbeat, aPolicy, fakeClock } from '@spillway/testkit';
import { FleetView } from './fleet-view.js';

const AT = Date.UTC(2026, 10, 22);

const policy = (position: number): LogEntry => ({
  position,
  at: AT,
  event: { kind: 'policy', policy: aPolicy() },
});
const heartbeat = (position: number): LogEntry => ({
  position,
  at: AT,
  event: { kind: 'heartbeat', heartbeat: aHeartbeat({ nodeId: `n${position}` }) },
});

describe('FleetView', () => {
  it('is nothing to decide on before it has been folded up to where it must', () => {
    const view = new FleetView('boot', () => 0);
    view.fold(policy(1));
    expect(view.now()).toBeUndefined();
    view.needUpTo(3);
    view.fold(heartbeat(2));
    expect(view.now()).toBeUndefined();
    view.fold(heartbeat(3));
    expect(view.now()?.regions.map(({ usable }) => usable.length)).toEqual([2, 0, 0]);
  });

  it('is whole at once when it stands there already', () => {
    const view = new FleetView('boot', () => 0);
    view.fold(policy(7));
    view.needUpTo(5);
    expect(view.isWhole).toBe(true);
  });

  it('stays whole when the log was made anew and positions begin again', () => {
    const view = new FleetView('boot', () => 0);
    view.fold(policy(7));
    view.needUpTo(7);
    view.needUpTo(1);
    view.fold(heartbeat(1));
    expect(view.isWhole).toBe(true);
    expect(view.now()?.regions[0]?.usable).toHaveLength(1);
  });

  it('needs what was asked for last, when the log was made anew before it was read', () => {
    const view = new FleetView('boot', () => 0);
    view.fold(policy(7));
    view.needUpTo(100);
    view.fold(heartbeat(1));
    view.needUpTo(2);
    expect(view.isWhole).toBe(false);
    view.fold(heartbeat(2));
    expect(view.isWhole).toBe(true);
  });

  it('tells how long ago its link came or went', () => {
    const clock = fakeClock(0);
    const view = new FleetView('boot', () => clock.now());
    view.setLink('up');
    view.fold(policy(1));
    clock.advance(4_000);
    view.setLink('up');
    expect([view.link, view.linkAgeSeconds]).toEqual(['up', 4]);
    view.setLink('down');
    expect([view.link, view.linkAgeSeconds]).toEqual(['down', 0]);
  });

  it('stands at no position of the log while it is being put together from parts of it', () => {
    const view = new FleetView('boot', () => 0);
    const told: [string, number][] = [];
    view.onStep((step, { position }) => void told.push([step, position]));
    view.setLink('up');
    view.fold(policy(7));
    view.setLink('down');
    expect(view.standpoint().position).toBe(0);
    view.setLink('up');
    view.fold(heartbeat(9));
    view.noteCaughtUp();
    view.setLink('down');
    expect(told).toEqual([
      ['link-up', 0],
      ['link-down', 0],
      ['link-up', 0],
      ['link-down', 9],
    ]);
    expect(view.standpoint().position).toBe(9);
  });

  it('tells of its link the very moment from which on it counts', () => {
    let now = 0;
    const view = new FleetView('boot', () => (now += 7));
    const told: number[] = [];
    view.onStep((_, { atMs }) => void told.push(atMs));
    view.setLink('up');
    view.fold(policy(1));
    view.setLink('down');
    expect(told.at(-1)).toBe(view.fleet.now);
    expect(told.at(-1)).toBeGreaterThan(AT);
  });

  it('ages nodes with the time that passes, not only with what it reads', () => {
    const clock = fakeClock(0);
    const view = new FleetView('boot', () => clock.now());
    view.setLink('up');
    view.fold(policy(1));
    view.fold(heartbeat(2));
    view.needUpTo(2);
    clock.advance(9_999);
    expect(view.now()?.regions[0]?.usable).toHaveLength(1);
    clock.advance(1);
    expect(view.now()?.regions[0]?.usable).toHaveLength(0);
  });
});
