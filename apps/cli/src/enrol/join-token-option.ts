import { readFileSync } from 'node:fs';
import { parseJoinToken, type JoinToken } from '@spillway/nats-access';
import { EnrolError } from './enrol-error.js';

/**
 * From a file, or the variable SPILLWAY_JOIN_TOKEN: not from an argument, which other users of the machine could read.
 * @throws {EnrolError}
 */
export function readJoinToken(file: string | undefined): JoinToken {
  const text = file === undefined ? process.env['SPILLWAY_JOIN_TOKEN'] : readText(file);
  if (text === undefined || text.trim() === '')
    throw new EnrolError('no-token', 'no join token: give --token-file, or set SPILLWAY_JOIN_TOKEN');
  const token = parseJoinToken(text);
  if (token) return token;
  const where = file ?? 'SPILLWAY_JOIN_TOKEN';
  throw new EnrolError('not-a-token', `${where} holds no join token: make one with spillway token create`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new EnrolError('no-token', `${file} cannot be read (${code})`, { cause });
  }
}
