import { describe, expect, it } from '@jest/globals';
import type { ArchiveHeader } from '@spillway/log-archive';
import { UsageError } from '../usage-error.js';
import { askOfArchive, askOfLog, windowOf } from './asked-window.js';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const MINUTE = 60_000;
const lead = 600;

const header: ArchiveHeader = {
  format: 'spillway-log',
  version: 1,
  createdAt: '2026-11-22T09:00:00.000Z',
  createdBy: 'spec',
  stream: { created: 'monday' },
  asked: { fromMs: NOW - 120 * MINUTE, toMs: NOW - 60 * MINUTE },
  leadMs: 30 * MINUTE,
  firstPosition: 1,
  lastPosition: 9,
  coversFromMs: NOW - 150 * MINUTE,
  beginsLate: null,
};

describe('what is asked of the log', () => {
  it.each([
    ['the last hour unless told', {}, NOW - 60 * MINUTE, null],
    ['from a time on', { from: '-10m' }, NOW - 10 * MINUTE, null],
    ['an hour up to a time', { to: '09:00' }, NOW - 120 * MINUTE, NOW - 60 * MINUTE],
    ['between two times', { from: '08:00', to: '-30m' }, NOW - 120 * MINUTE, NOW - 30 * MINUTE],
  ])('is %s', (_what, options, fromMs, toMs) => {
    expect(askOfLog({ ...options, lead }, NOW)).toEqual({ fromMs, toMs, leadMs: 10 * MINUTE });
  });

  it('may not end before it begins', () => {
    expect(() => askOfLog({ from: '09:00', to: '08:00', lead }, NOW)).toThrow(UsageError);
  });

  it('is read from its lead on', () => {
    const asked = askOfLog({ from: '-10m', to: 'now', lead }, NOW);
    expect(windowOf(asked)).toEqual({ from: { ms: NOW - 20 * MINUTE }, to: { ms: NOW } });
    expect(windowOf({ fromMs: null, toMs: null, leadMs: 1 })).toEqual({});
  });
});

describe('what is asked of an archive', () => {
  it('is what it was made for unless told, with all of its lead', () => {
    expect(askOfArchive({ lead }, header, NOW)).toEqual({ ...header.asked, leadMs: 30 * MINUTE });
    expect(askOfArchive({ from: '08:30', lead }, header, NOW)).toEqual({
      fromMs: NOW - 90 * MINUTE,
      toMs: header.asked.toMs,
      leadMs: 30 * MINUTE,
    });
  });
});
