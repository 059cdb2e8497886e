import { decodeStunMessage, type StunMessage } from '@spillway/turn';
import type { StunChannel } from './stun-channel.js';

/** RFC 8489 §6.2.1: the first wait, doubled each time. */
const RTO_MS = 500;
/** Rc: requests sent in all. */
const MAX_REQUESTS = 7;
/** Rm: how many times `RTO_MS` is waited after the last request. */
const LAST_WAIT = 16;

const TRANSACTION_ID = [8, 20] as const;

export interface Exchange {
  readonly response: StunMessage;
  /** Milliseconds from the last request sent to its response. */
  readonly rttMs: number;
}

/**
 * Sends one request and waits for its response, repeating the request where the channel may lose it.
 * `accept` may turn down a response, as one that is not signed as it must be; it is then as if it never came.
 * Rejects with why the channel failed, or with the signal's reason.
 */
export function transact(
  channel: StunChannel,
  request: Buffer,
  accept: (response: StunMessage, data: Buffer) => boolean,
  signal: AbortSignal,
): Promise<Exchange> {
  const transactionId = request.subarray(...TRANSACTION_ID);
  const { promise, resolve, reject } = withResolvers<Exchange>();
  let timer: NodeJS.Timeout | undefined;
  let sentAt = 0;
  const send = (requestsLeft: number, waitMs: number) => {
    sentAt = performance.now();
    channel.send(request);
    if (channel.isReliable) return;
    timer =
      requestsLeft > 1
        ? setTimeout(send, waitMs, requestsLeft - 1, waitMs * 2)
        : setTimeout(reject, RTO_MS * LAST_WAIT, new Error('no answer'));
  };
  channel.listen({
    onMessage(data) {
      const response = decodeStunMessage(data);
      if (response?.class !== 'success' && response?.class !== 'error') return;
      if (!response.transactionId.equals(transactionId) || !accept(response, data)) return;
      resolve({ response, rttMs: performance.now() - sentAt });
    },
    onFailure: reject,
  });
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  else send(MAX_REQUESTS, RTO_MS);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  });
}

/** `Promise.withResolvers` is not in Node 20. */
function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((...settlers) => ([resolve, reject] = settlers));
  return { promise, resolve, reject };
}
