import { z } from 'zod';

/** What a NATS subject token may be made of here. Ids from outside are checked against it before they become one. */
export const TOKEN_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

export const tokenSchema = z
  .string()
  .regex(
    TOKEN_PATTERN,
    'must be 1 to 64 of the characters A-Z a-z 0-9 _ - (it becomes a NATS subject token)',
  );

/** RFC 3339 date and time in UTC, as `Date.prototype.toISOString` writes it. */
export const timestampSchema = z.iso.datetime({ message: 'must be an RFC 3339 time in UTC' });

/** A checked timestamp in ms since the epoch. */
export function timestampMs(timestamp: string): number {
  // Reads a text, not a clock.
  // oxlint-disable-next-line no-restricted-globals
  return Date.parse(timestamp);
}
