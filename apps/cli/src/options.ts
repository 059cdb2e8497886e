import { InvalidArgumentError } from 'commander';

/** For options that take a number; bounds are checked where the value is used. */
export function parseInteger(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** For options that take a comma list and may be repeated. */
export function parseList(text: string, previous: readonly string[] = []): string[] {
  const parts = text.split(',').flatMap((part) => part.trim() || []);
  if (parts.length === 0) throw new InvalidArgumentError('It must name at least one.');
  return [...previous, ...parts];
}

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** For options that take a time such as 90s, 10m or 1h; without a unit it is seconds. Gives seconds. */
export function parseSeconds(text: string): number {
  const [, digits = '', unit = 's'] = /^(\d{1,6})([smhd])?$/.exec(text) ?? [];
  if (digits === '') throw new InvalidArgumentError('It must be a time such as 90s, 10m or 1h.');
  return Number(digits) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
}
