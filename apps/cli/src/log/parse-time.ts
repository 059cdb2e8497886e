import { UsageError } from '../usage-error.js';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DAY_MS = 86_400_000;

/** Back from now: -90s, -30m, -1h30m. */
const BACK = /^-((?:\d{1,6}[smhd])+)$/;
/** A time of day: 10:15, 10:15:30. */
const TIME_OF_DAY = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;
/** RFC 3339, also with a space, without seconds, and without an offset. */
const DATE_TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/i;

/**
 * A point in time as an operator writes it; UTC where nothing else is said, as everything that is printed.
 *
 * 1. `now`.
 * 2. Back from now: `-30m`.
 * 3. A time of day: the last time it was so.
 * 4. Date and time, or the beginning of a day.
 *
 * @param option named in what is complained about.
 * @returns ms since the epoch.
 * @throws {UsageError}
 */
export function parseTime(text: string, option: string, nowMs: number): number {
  if (text === 'now') return nowMs;
  const ms = parseBack(text, nowMs) ?? parseTimeOfDay(text, nowMs) ?? parseDateTime(text);
  if (ms !== undefined) return ms;
  throw new UsageError(
    `${option} is no time: "${text}"; write -30m, 10:15 or 2026-11-22T10:15:00Z (UTC unless it says otherwise)`,
  );
}

function parseBack(text: string, nowMs: number): number | undefined {
  const [, parts] = BACK.exec(text) ?? [];
  if (parts === undefined) return undefined;
  const spans = [...parts.matchAll(/(\d+)([smhd])/g)];
  return nowMs - spans.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0);
}

function parseTimeOfDay(text: string, nowMs: number): number | undefined {
  const [match, hours, minutes, seconds = 0] = TIME_OF_DAY.exec(text) ?? [];
  if (match === undefined) return undefined;
  const today = nowMs - (nowMs % DAY_MS);
  const ms = today + (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return ms > nowMs ? ms - DAY_MS : ms;
}

function parseDateTime(text: string): number | undefined {
  const [match, date = '', time = '00:00', offset = 'Z'] = DATE_TIME.exec(text) ?? [];
  if (match === undefined) return undefined;
  const ms = Date.parse(`${date}T${time}${offset.toUpperCase()}`);
  // Of the 30th of February the 2nd of March is made.
  const isReal = new Date(`${date}T00:00Z`).getUTCDate() === Number(date.slice(8));
  return Number.isNaN(ms) || !isReal ? undefined : ms;
}
