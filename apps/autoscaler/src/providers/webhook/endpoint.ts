import { setTimeout as sleep } from 'node:timers/promises';
import pRetry, { AbortError } from 'p-retry';
import { ProviderError } from '../provider-error.js';
import { isWorthRetrying, refusalOf, unreachableError } from './explain.js';
import { readText } from './read-text.js';
import { SIGNATURE, signatureOf } from './signature.js';

export interface EndpointOptions {
  readonly secret: string;
  /** Milliseconds one attempt may take. */
  readonly timeoutMs: number;
  /** Milliseconds before the second attempt; each further wait is twice as long. */
  readonly backoffMs: number;
}

export interface SignedRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: string;
  /** Says of two requests that they are the same. */
  readonly key?: string;
}

/** Attempts besides the first. */
const RETRIES = 3;
/** Milliseconds; who asks for more is asked again by a later plan. */
const LONGEST_RETRY_AFTER_MS = 10_000;

/**
 * Sends one signed request until it is answered in a way that repeating does not change, four times at most.
 * @returns the body of the answer. @throws {ProviderError}
 */
export function send(request: SignedRequest, options: EndpointOptions, signal: AbortSignal): Promise<string> {
  const attempt = async () => {
    const answer = await fetchOnce(request, options, signal);
    if (answer.status >= 200 && answer.status < 300) return answer.text;
    const refusal = refusalOf(answer.status, answer.text, request.url);
    if (!isWorthRetrying(answer.status) || answer.retryAfterMs > LONGEST_RETRY_AFTER_MS) {
      throw new AbortError(refusal);
    }
    await sleep(answer.retryAfterMs, undefined, { signal });
    throw refusal;
  };
  return pRetry(attempt, {
    retries: RETRIES,
    minTimeout: options.backoffMs,
    factor: 2,
    signal,
    shouldRetry: ({ error }) => error instanceof ProviderError,
  });
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number;
}

async function fetchOnce(
  { method, url, body, key }: SignedRequest,
  { secret, timeoutMs }: EndpointOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const { pathname, search } = new URL(url);
  const atSeconds = Math.floor(Date.now() / 1000);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        [SIGNATURE]: signatureOf(secret, body ?? `${pathname}${search}`, atSeconds),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body }),
      // A signature is for the address it was made for.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const { status, headers } = response;
    return {
      status,
      text: await readText(response),
      retryAfterMs: readRetryAfter(headers.get('retry-after')),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ProviderError ? error : unreachableError(url, error);
  }
}

/** Seconds, or a date (RFC 9110 §10.2.3). */
function readRetryAfter(value: string | null): number {
  if (value === null) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
