import { ProviderError, type ProviderErrorCode } from '../provider-error.js';
import { sayingOf } from '../tell.js';

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

export function refusalOf(status: number, text: string, url: string): ProviderError {
  const [code, remedy] = MEANING[status] ?? [isWorthRetrying(status) ? 'unavailable' : 'refused', REST];
  return new ProviderError(code, `${hostOf(url)} answers ${status}`, remedy, undefined, text);
}

export function unreachableError(url: string, error: unknown): ProviderError {
  const remedy = 'It is tried again; look at the receiver and at url in the policy';
  return new ProviderError(
    'unavailable',
    `${hostOf(url)} does not answer: ${sayingOf(error)}`,
    remedy,
    error,
  );
}

/** What follows may hold a token of somebody's, and often is one. */
export const hostOf = (url: string): string => new URL(url).origin;

export function explainWebhookError(error: unknown, what: string): ProviderError {
  return new ProviderError('refused', `${what} failed: ${sayingOf(error)}`, REST, error);
}
