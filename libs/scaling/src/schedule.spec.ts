import { describe, expect, it } from '@jest/globals';
import { WEEKDAYS, type ScheduleWindow } from '@spillway/contracts';
import { scheduledMin } from './schedule.js';

const at = (time: string) => Date.parse(time);

function aWindow(overrides: Partial<ScheduleWindow> = {}): ScheduleWindow {
  return { days: [...WEEKDAYS], from: '08:00', to: '18:00', timeZone: 'Europe/Berlin', min: 5, ...overrides };
}

const isOpenAt = (window: ScheduleWindow, time: string) => scheduledMin([window], at(time)) > 0;

describe('A schedule', () => {
  it.each([
    ['before it opens', '2026-11-23T06:59:59Z', 0],
    ['from the minute it opens', '2026-11-23T07:00:00Z', 5],
    ['to the minute before it closes', '2026-11-23T16:59:59Z', 5],
    ['when it closes', '2026-11-23T17:00:00Z', 0],
  ])('is in local time: %s', (_, time, min) => {
    expect(scheduledMin([aWindow()], at(time))).toBe(min);
  });

  it('asks for the most that any open window asks for', () => {
    const windows = [
      aWindow({ min: 3 }),
      aWindow({ min: 9 }),
      aWindow({ min: 20, from: '03:00', to: '04:00' }),
    ];
    expect(scheduledMin(windows, at('2026-11-23T12:00:00Z'))).toBe(9);
    expect(scheduledMin([], at('2026-11-23T12:00:00Z'))).toBe(0);
  });

  it('holds on its days alone, by the local date', () => {
    const monday = aWindow({ days: ['mon'], from: '00:00', to: '23:59', timeZone: 'Pacific/Auckland' });
    // In Auckland it is Monday from 11:00 UTC on Sunday (NZDT, UTC+13).
    expect(isOpenAt(monday, '2026-11-22T10:59:00Z')).toBe(false);
    expect(isOpenAt(monday, '2026-11-22T11:00:00Z')).toBe(true);
    expect(isOpenAt(monday, '2026-11-23T10:00:00Z')).toBe(true);
    expect(isOpenAt(monday, '2026-11-23T11:00:00Z')).toBe(false);
  });

  it('past midnight is still the window of the day it began on', () => {
    const night = aWindow({ days: ['fri'], from: '22:00', to: '02:00', timeZone: 'UTC' });
    expect(isOpenAt(night, '2026-11-27T21:59:00Z')).toBe(false);
    expect(isOpenAt(night, '2026-11-27T22:00:00Z')).toBe(true);
    expect(isOpenAt(night, '2026-11-28T01:59:00Z')).toBe(true);
    expect(isOpenAt(night, '2026-11-28T02:00:00Z')).toBe(false);
    expect(isOpenAt(night, '2026-11-28T22:00:00Z')).toBe(false);
    expect(isOpenAt(night, '2026-11-27T01:00:00Z')).toBe(false);
  });

  it('from a time to the same time is a whole day', () => {
    const day = aWindow({ days: ['wed'], from: '06:00', to: '06:00', timeZone: 'UTC' });
    expect(isOpenAt(day, '2026-11-25T05:59:00Z')).toBe(false);
    expect(isOpenAt(day, '2026-11-25T06:00:00Z')).toBe(true);
    expect(isOpenAt(day, '2026-11-26T05:59:00Z')).toBe(true);
    expect(isOpenAt(day, '2026-11-26T06:00:00Z')).toBe(false);
  });

  it('knows midnight as 00:00', () => {
    expect(isOpenAt(aWindow({ from: '00:00', to: '00:30', timeZone: 'UTC' }), '2026-11-25T00:00:00Z')).toBe(
      true,
    );
  });

  it('follows the clocks when they go forward: the same local hour, an hour earlier in UTC', () => {
    const morning = aWindow({ from: '08:00', to: '09:00', timeZone: 'America/New_York' });
    expect(isOpenAt(morning, '2026-03-07T13:30:00Z')).toBe(true);
    expect(isOpenAt(morning, '2026-03-08T13:30:00Z')).toBe(false);
    expect(isOpenAt(morning, '2026-03-08T12:30:00Z')).toBe(true);
  });

  it('has no hour that the clocks skip, and twice the one they repeat', () => {
    const small = aWindow({ from: '02:15', to: '02:45', timeZone: 'Europe/Berlin' });
    const openMinutes = (from: string) =>
      Array.from({ length: 360 }, (_, i) => scheduledMin([small], at(from) + i * 60_000)).filter(
        (min) => min > 0,
      ).length;
    expect(openMinutes('2026-03-28T23:00:00Z')).toBe(0);
    expect(openMinutes('2026-03-29T23:00:00Z')).toBe(30);
    expect(openMinutes('2026-10-24T22:00:00Z')).toBe(60);
  });

  it('over a change of clocks past midnight is open from its first to its last local minute', () => {
    const night = aWindow({ from: '23:00', to: '05:00', timeZone: 'Europe/Berlin' });
    const openMinutes = (from: string) =>
      Array.from({ length: 720 }, (_, i) => scheduledMin([night], at(from) + i * 60_000)).filter(
        (min) => min > 0,
      ).length;
    expect(openMinutes('2026-03-28T20:00:00Z')).toBe(5 * 60);
    expect(openMinutes('2026-10-24T19:00:00Z')).toBe(7 * 60);
  });
});
