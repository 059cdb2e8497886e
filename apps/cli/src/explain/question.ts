import { parseUsername, type Username } from '@spillway/explain';
import { parseTime } from '../log/parse-time.js';
import { UsageError } from '../usage-error.js';

/** What somebody wants to know. */
export type Question =
  | { readonly kind: 'decision'; readonly id: string }
  | { readonly kind: 'username'; readonly username: Username }
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'node'; readonly node: string; readonly atMs: number; readonly withinMs: number };

export interface QuestionOptions {
  readonly user?: string;
  readonly node?: string;
  readonly at?: string;
  /** Seconds. */
  readonly within: number;
}

/** A router's name, its run and a number, see `decisionId`. */
const DECISION_ID = /^[\w-]{1,64}-[\w]{1,64}-[0-9a-z]{1,11}$/;

/** How relays write a user name into their logs, and as it is. The first that is found counts. */
const USERNAMES = [
  // coturn 4.6: `new, realm=<…>, username=<1795342200:alice>, lifetime=777`
  /\busername=<([^>]*)>/,
  // coturn 4.6: `realm <…> user <1795342200:alice>: incoming packet ALLOCATE processed, success`
  /\buser <([^>]*)>/,
  // eturnal 1.12: `… [UDP, session 2k3, user 1795342200:alice, client …]`
  /\buser (\d{9,11}:[^\s,\]]+)/,
  /(?:^|[\s"'<=,;([])(\d{9,11}:[^\s"'<>,;)\]]+)/,
] as const;

/**
 * Reads what was asked.
 * @param text a decision's id, a TURN user name, or a line of a relay's log that has one.
 * @throws {UsageError}
 */
export function readQuestion(text: string | undefined, options: QuestionOptions, nowMs: number): Question {
  const { user, node, at, within } = options;
  if ([text, user, node].filter((given) => given !== undefined).length !== 1) {
    throw new UsageError(`name one thing to explain: ${FORMS}`);
  }
  if (user !== undefined) return { kind: 'user', user };
  if (node !== undefined) {
    if (at === undefined) throw new UsageError('--node needs --at, the time it is about: such as --at 10:15');
    return { kind: 'node', node, atMs: parseTime(at, '--at', nowMs), withinMs: within * 1000 };
  }
  return readText(text?.trim() ?? '');
}

const FORMS =
  'a decision id, a TURN user name (1795342200:alice), a line of a coturn or eturnal log in quotes, --user <name>, or --node <id> --at <time>';

function readText(text: string): Question {
  if (DECISION_ID.test(text)) return { kind: 'decision', id: text };
  for (const form of USERNAMES) {
    const [, name = ''] = form.exec(text) ?? [];
    const username = parseUsername(name);
    if (username) return { kind: 'username', username };
  }
  if (/\buser(?:name=| )<>|\banonymous\b/.test(text)) {
    throw new UsageError(
      'this line was written before the client said who it is: take a line of the same session with a user name',
    );
  }
  throw new UsageError(`"${text.slice(0, 80)}" has no TURN user name and is no decision id: give ${FORMS}`);
}
