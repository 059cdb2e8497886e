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
