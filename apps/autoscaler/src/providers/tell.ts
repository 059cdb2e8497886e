import { cleanText, withoutSecrets } from '@spillway/log-archive';

/** Characters that stay of what somebody else said: with the remedy it fits into a plan's error. */
const TOLD = 280;
/** What is looked at, of an answer that may be a whole page. */
const LOOKED_AT = 4_000;
/** Instances that are named, of many. */
const NAMED = 3;

const toLine = (text: string) =>
  text
    .slice(0, LOOKED_AT)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();

const shorten = (text: string) => (text.length > TOLD ? `${text.slice(0, TOLD - 1)}…` : text);

/** For the log that all read: one line of limited length, without secrets and addresses. */
export function tell(text: string): string {
  return shorten(cleanText(toLine(text)).text.replace(/[\s.]+$/, ''));
}

/** For the autoscaler's own log: without secrets. */
export function tellOperator(text: string): string {
  return shorten(withoutSecrets(toLine(text)).text);
}

/** What a failed call says. An error for several addresses has no message, `fetch` has it in the cause. */
export function sayingOf(error: unknown): string {
  const { message, code, name, cause } = (error ?? {}) as Failure;
  const inner = cause === undefined ? '' : sayingOf(cause);
  const said = message?.trim() ?? '';
  const text = said === 'fetch failed' && inner !== '' ? inner : said;
  return text || inner || String(code ?? name ?? error);
}

interface Failure {
  readonly message?: string;
  readonly code?: string | number;
  readonly name?: string;
  readonly cause?: unknown;
}

/** So that what was wrong with a thousand of them is not lost behind their names. */
export function namesOf(instanceIds: readonly string[]): string {
  const more = instanceIds.length - NAMED;
  const named = instanceIds.slice(0, NAMED).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}
