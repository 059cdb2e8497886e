import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../usage-error.js';
import { parseTime } from './parse-time.js';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const parse = (text: string) => new Date(parseTime(text, '--from', NOW)).toISOString();

describe('a time as an operator writes it', () => {
  it.each([
    ['now', '2026-11-22T10:00:00.000Z'],
    ['-90s', '2026-11-22T09:58:30.000Z'],
    ['-30m', '2026-11-22T09:30:00.000Z'],
    ['-1h30m', '2026-11-22T08:30:00.000Z'],
    ['-2d', '2026-11-20T10:00:00.000Z'],
    ['9:15', '2026-11-22T09:15:00.000Z'],
    ['09:15:30', '2026-11-22T09:15:30.000Z'],
    ['10:00', '2026-11-22T10:00:00.000Z'],
    ['23:10', '2026-11-21T23:10:00.000Z'],
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T03:00', '2026-11-21T03:00:00.000Z'],
    ['2026-11-21 03:00:05.25', '2026-11-21T03:00:05.250Z'],
    ['2026-11-21T03:00:00Z', '2026-11-21T03:00:00.000Z'],
    ['2026-11-21T03:00:00+01:00', '2026-11-21T02:00:00.000Z'],
    ['2024-02-29T00:00:00z', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, time) => {
    expect(parse(text)).toBe(time);
  });

  it.each([
    '',
    'yesterday',
    '30m',
    '-30',
    '-30m later',
    '25:00',
    '10:60',
    '2026-13-01',
    '2026-02-30',
    '2026-11-21T24:30Z',
  ])('is not "%s", which is said with the option and what to write', (text) => {
    expect(() => parse(text)).toThrow(UsageError);
    expect(() => parse(text)).toThrow('--from is no time');
  });
});
