import which from 'which';
import { LocalNodeError } from './local-node-error.js';

const HOW_TO_GET = {
  'nats-server': 'install it (Debian: apt-get install nats-server), or set NATS_URL to one that runs already',
  turnserver: 'install coturn (Debian: apt-get install coturn)',
} as const;
export type Program = keyof typeof HOW_TO_GET;

/** Distributions keep servers out of a user's PATH. */
const SEARCH_PATH = [process.env['PATH'], '/usr/local/sbin', '/usr/sbin'].join(':');

/** @throws {LocalNodeError} that names every program that is not there. */
export function findPrograms(programs: readonly Program[]): Record<Program, string> {
  const found = programs.map((name) => ({
    name,
    path: which.sync(name, { path: SEARCH_PATH, nothrow: true }),
  }));
  const missing = found.filter(({ path }) => path === null);
  if (missing.length > 0) {
    throw new LocalNodeError(
      'program-missing',
      missing.map(({ name }) => `${name} is missing: ${HOW_TO_GET[name]}`).join('\n'),
    );
  }
  return Object.fromEntries(found.map(({ name, path }) => [name, path])) as Record<Program, string>;
}
