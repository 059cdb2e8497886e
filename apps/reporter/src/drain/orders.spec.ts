import { describe, expect, it } from '@jest/globals';
import type { Command } from '@spillway/contracts';
import { aHeartbeat } from '@spillway/testkit';
import * as fc from 'fast-check';
import { advance, deadlineOf, judge, NO_ORDERS, obey, recall, withDeadline, type Drain } from './orders.js';

const drainCommand: Command = {
  at: '2026-11-22T10:00:00.000Z',
  id: 'c-1',
  command: 'drain',
  instanceId: 'i-1',
  deadlineSeconds: 600,
  expiresAt: '2026-11-22T10:05:00.000Z',
  reason: '',
  origin: 'operator',
};
const began: Drain = {
  commandId: 'c-1',
  beganAt: 1000,
  deadlineAt: 601_000,
  emptySince: null,
  isOver: false,
};

describe('recall', () => {
  it.each([
    { title: 'a node never heard of', last: undefined, recalled: NO_ORDERS },
    {
      title: 'another instance',
      last: aHeartbeat({ instanceId: 'i-0', state: 'draining', commandId: 'c-1' }),
      recalled: NO_ORDERS,
    },
    {
      title: 'a drain that goes on',
      last: aHeartbeat({ state: 'draining', commandId: 'c-1' }),
      recalled: { commandId: 'c-1', drain: { ...began, deadlineAt: null } },
    },
    {
      title: 'a drain that is over',
      last: aHeartbeat({ state: 'stopped', commandId: 'c-1' }),
      recalled: { commandId: 'c-1', drain: { ...began, deadlineAt: null, isOver: true } },
    },
    { title: 'a reporter that was stopped', last: aHeartbeat({ state: 'stopped' }), recalled: NO_ORDERS },
    {
      title: 'an undrain',
      last: aHeartbeat({ state: 'serving', commandId: 'c-2' }),
      recalled: { commandId: 'c-2', drain: undefined },
    },
  ])('knows $title by the last heartbeat', ({ last, recalled }) => {
    expect(recall(last, 'i-1', 1000)).toEqual(recalled);
  });
});

describe('judge', () => {
  const inTime = Date.parse('2026-11-22T10:04:59.999Z');
  const late = inTime + 1;
  const obeyed = { commandId: 'c-1', drain: began };
  it.each([
    { title: 'obeys one for this instance', orders: NO_ORDERS, logTime: inTime, verdict: 'obey' },
    { title: 'refuses one that expired', orders: NO_ORDERS, logTime: late, verdict: 'expired' },
    { title: 'knows the one it obeyed, expired or not', orders: obeyed, logTime: late, verdict: 'known' },
    {
      title: 'refuses one of another instance',
      instanceId: 'i-2',
      logTime: inTime,
      verdict: 'other-instance',
    },
  ])('$title', ({ orders = NO_ORDERS, instanceId = 'i-1', logTime, verdict }) => {
    expect(judge(drainCommand, orders, { instanceId, logTime })).toBe(verdict);
  });
});

describe('obey', () => {
  it('begins a drain, and a later one takes its place', () => {
    const first = obey(drainCommand, 1000, 601_000);
    expect(first).toEqual({ commandId: 'c-1', drain: began });
    expect(obey({ ...drainCommand, id: 'c-2' }, 2000, 5000).drain).toMatchObject({
      commandId: 'c-2',
      beganAt: 2000,
      deadlineAt: 5000,
    });
  });

  it('ends a drain by an undrain, and remembers its id', () => {
    expect(obey({ ...drainCommand, id: 'c-2', command: 'undrain' }, 0, 0)).toEqual({
      commandId: 'c-2',
      drain: undefined,
    });
  });
});

describe('withDeadline', () => {
  it('gives a recalled drain its deadline, and nothing to a node that does not drain', () => {
    expect(withDeadline({ commandId: 'c-1', drain: { ...began, deadlineAt: null } }, 601_000).drain).toEqual(
      began,
    );
    expect(withDeadline(NO_ORDERS, 1)).toBe(NO_ORDERS);
  });

  it('leaves the one it has', () => {
    const orders = { commandId: 'c-1', drain: began };
    expect(withDeadline(orders, 900_000)).toBe(orders);
  });
});

describe('deadlineOf', () => {
  const given = Date.parse(drainCommand.at);
  it.each([
    { title: 'counts from when the command was given', writtenAt: given + 5, from: given },
    { title: 'is the same when it is said again', writtenAt: given + 86_400_000, from: given },
    {
      title: 'is not later for a clock that runs ahead',
      writtenAt: given - 3_600_000,
      from: given - 3_600_000,
    },
  ])('$title', ({ writtenAt, from }) => {
    expect(deadlineOf(drainCommand, writtenAt)).toBe(from + 600_000);
  });
});

describe('advance', () => {
  const quietMs = 5000;
  const relay = { allocations: 0, sampledAt: 2000, hasFinished: false };
  it.each([
    {
      title: 'one that is over stays over',
      drain: { isOver: true },
      relay: { allocations: 9 },
      isOver: true,
    },
    { title: 'the deadline ends it', now: 601_000, relay: { allocations: 9 }, isOver: true },
    { title: 'the deadline ends it unseen', now: 601_000, relay: { allocations: null }, isOver: true },
    { title: 'not a moment before', now: 600_999, relay: { allocations: 9 }, isOver: false },
    {
      title: 'without a deadline allocations are waited for',
      now: 1e9,
      drain: { deadlineAt: null },
      relay: { allocations: 9 },
      isOver: false,
    },
    {
      title: 'a relay that finished by itself ends it',
      relay: { allocations: null, hasFinished: true },
      isOver: true,
    },
    { title: 'an empty relay is watched for a while', isOver: false, emptySince: 2000 },
    {
      title: 'then it is over',
      drain: { emptySince: 2000 },
      relay: { sampledAt: 7000 },
      isOver: true,
      emptySince: 2000,
    },
    {
      title: 'not before',
      drain: { emptySince: 2000 },
      relay: { sampledAt: 6999 },
      isOver: false,
      emptySince: 2000,
    },
    { title: 'a sample from before it says nothing', relay: { sampledAt: 999 }, isOver: false },
    {
      title: 'an allocation begins the wait anew',
      drain: { emptySince: 2000 },
      relay: { allocations: 1 },
      isOver: false,
    },
    {
      title: 'so does not knowing',
      drain: { emptySince: 2000 },
      relay: { allocations: null, sampledAt: 0 },
      isOver: false,
    },
  ])('$title', ({ drain, relay: known, now = 7000, isOver, emptySince = null }) => {
    const next = advance({ ...began, ...drain }, { ...relay, ...known }, now, quietMs);
    expect(next).toMatchObject({ isOver, emptySince });
  });

  it('is never over before the deadline while a sample of the last seconds showed allocations, or none was had', () => {
    const sample = fc.record({ allocations: fc.option(fc.nat(3)), gapMs: fc.integer({ min: 1, max: 2000 }) });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 60 }), (samples) => {
        let [drain, now, busyAt] = [began, began.beganAt, began.beganAt];
        for (const { allocations, gapMs } of samples) {
          now += gapMs;
          if (allocations !== 0) busyAt = now;
          drain = advance(drain, { allocations, sampledAt: now, hasFinished: false }, now, quietMs);
          if (drain.isOver) {
            expect(now - busyAt).toBeGreaterThanOrEqual(quietMs);
            return;
          }
        }
      }),
    );
  });
});
