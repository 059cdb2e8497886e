import { ProviderError, type ProviderErrorCode } from '../provider-error.js';

const TOO_EARLY = 425;
const TIMEOUT = 408;
const TOO_MANY = 429;

export const isWorthRetrying = (status: number) =>
  status >= 500 || status === TOO_MANY || status === TIMEOUT || status === TOO_EARLY;

const MEANING: Readonly<Record<number, readonly [ProviderErrorCode, string]>> = {
  401: ['not-permitted', 'Give both sides the same WEBHOOK_SECRET, and look at their clocks'],
  403: ['not-permitted', 'Give both sides the same WEBHOOK_SECRET, and look at their clocks'],
  404: ['group-not-found', 'Let the receiver know the region, or correct url in the policy'],
  409: [
    'stale-plan',
    'The receiver has begun a newer plan: another autoscaler has taken over, nothing is to be done',
  ],
  429: ['throttled', 'It is tried again; let the receiver take more requests if it goes on'],
};

const REST = 'The log of the autoscaler has what it said; see what the receiver writes to its own';
const SHOWN_CHARACTERS = 200;

export function refusalOf(status: number, text: string, url: string): ProviderError {
  const [code, remedy] = MEANING[status] ?? [isWorthRetrying(status) ? 'unavailable' : 'refused', REST];
  const words = text.trim().slice(0, SHOWN_CHARACTERS);
  return new ProviderError(code, `${withoutSecrets(url)} answers ${status}`, remedy, undefined, words);
}

export function unreachableError(url: string, error: unknown): ProviderError {
  const { cause, message } = error as FetchFailure;
  const why = cause?.message || cause?.code || message;
  const remedy = 'It is tried again; look at the receiver and at url in the policy';
  return new ProviderError('unavailable', `${withoutSecrets(url)} does not answer: ${why}`, remedy, error);
}

/** `fetch` says what happened in the cause alone; an error for many addresses has a code and no message. */
interface FetchFailure {
  readonly message: string;
  readonly cause?: { readonly message?: string; readonly code?: string };
}

/** A query or a user name may hold a token of somebody's. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

export function explainWebhookError(error: unknown, what: string): ProviderError {
  const message = error instanceof Error ? error.message : String(error);
  return new ProviderError('refused', `${what} failed: ${message}`, REST, error);
}
