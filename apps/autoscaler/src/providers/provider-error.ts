import { tell, tellOperator } from './tell.js';

/**
 * `no-provider`: nobody may start or end instances there. `misconfigured`: a variable or a setting is missing or wrong.
 * `group-not-found`, `not-permitted`, `out-of-bounds` (the group's own limits), `no-room` (quota, ports, disk),
 * `cannot-start`, `cannot-end` (this instance, or not by choice), `stale-plan` (a newer one was seen): somebody must act.
 * `conflict`, `throttled`, `unavailable`, `aborted`: may work the next time.
 */
export type ProviderErrorCode =
  | 'no-provider'
  | 'misconfigured'
  | 'group-not-found'
  | 'not-permitted'
  | 'out-of-bounds'
  | 'no-room'
  | 'cannot-start'
  | 'cannot-end'
  | 'stale-plan'
  | 'refused'
  | 'conflict'
  | 'throttled'
  | 'unavailable'
  | 'aborted';

const RETRYABLE: ReadonlySet<ProviderErrorCode> = new Set([
  'conflict',
  'throttled',
  'unavailable',
  'aborted',
]);

/**
 * A provider did not do what it was asked; `remedy` is what an operator can do about it. The message goes onto the log
 * that all read, as one line of limited length without secrets and addresses. `words`, what a receiver or a started
 * process said itself, is only where the whole error is written as text: in the autoscaler's own log, which has the
 * addresses too.
 */
export class ProviderError extends Error {
  /** Whether the same call may work later without anybody doing anything. */
  readonly isRetryable: boolean;
  readonly words: string;

  constructor(
    readonly code: ProviderErrorCode,
    what: string,
    readonly remedy: string,
    cause?: unknown,
    words = '',
  ) {
    const told = tell(what);
    super(`${told}. ${remedy}`, cause === undefined ? undefined : { cause });
    this.name = 'ProviderError';
    this.words = [what.replace(/\.$/, '') === told ? '' : what, words]
      .map(tellOperator)
      .filter(Boolean)
      .join('\n');
    this.isRetryable = RETRYABLE.has(code);
  }

  override toString(): string {
    return this.words === '' ? super.toString() : `${super.toString()}\n${this.words}`;
  }
}

/** For a call whose signal was aborted: it is not known how much of it was done, and repeating it is safe. */
export function abortedError(what: string, signal: AbortSignal): ProviderError {
  const remedy = 'It is tried again; if it goes on, look at the network between autoscaler and provider';
  return new ProviderError(
    'aborted',
    `${what} was given up before the provider answered`,
    remedy,
    signal.reason,
  );
}
