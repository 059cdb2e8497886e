import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { on, once } from 'node:events';
import { connect } from 'node:net';
import { decodeStunMessage, encodeBindingRequest, stunMessageBytes, type StunMessage } from '@spillway/turn';
import type { StunTarget } from './stun-target.js';

export type ProbeResult =
  | { readonly isAnswered: true; readonly message: StunMessage }
  /** `reason` in words for a log. */
  | { readonly isAnswered: false; readonly reason: string };

/** Asks once with a STUN binding request, RFC 8489 §6.2. An error response is an answer as well: someone is there. */
export async function probeStun(target: StunTarget, limitMs: number): Promise<ProbeResult> {
  const ask = target.transport === 'udp' ? askOverUdp : askOverTcp;
  const signal = AbortSignal.timeout(limitMs);
  // A name that is looked up in vain heeds no signal.
  const overdue = once(signal, 'abort').then(() => {
    throw new Error('out of time');
  });
  try {
    const asking = ask(target, randomBytes(12), signal);
    return { isAnswered: true, message: await Promise.race([asking, overdue]) };
  } catch (error) {
    if (signal.aborted) return { isAnswered: false, reason: `no answer within ${limitMs} ms` };
    const { code, message } = error as NodeJS.ErrnoException;
    return { isAnswered: false, reason: code ?? message };
  }
}

type Ask = (target: StunTarget, transactionId: Buffer, signal: AbortSignal) => Promise<StunMessage>;

const askOverUdp: Ask = async ({ host, port }, transactionId, signal) => {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    // A connected socket hears of a closed port (ICMP) and takes packets of its peer only.
    socket.connect(port, address);
    await once(socket, 'connect', { signal });
    socket.send(encodeBindingRequest(transactionId));
    for await (const [data] of on(socket, 'message', { signal }) as AsyncIterable<[Buffer]>) {
      const message = answerIn(data, transactionId);
      if (message) return message;
    }
    throw new Error('the socket was closed');
  } finally {
    socket.close();
  }
};

const askOverTcp: Ask = async ({ host, port }, transactionId, signal) => {
  const socket = connect({ host, port, signal });
  try {
    await once(socket, 'connect', { signal });
    socket.write(encodeBindingRequest(transactionId));
    let received = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      const length = stunMessageBytes(received) ?? Infinity;
      if (received.length < length) continue;
      const message = answerIn(received.subarray(0, length), transactionId);
      if (message) return message;
      throw new Error('the answer is no STUN message');
    }
    throw new Error('the connection was closed without an answer');
  } finally {
    socket.destroy();
  }
};

function answerIn(data: Buffer, transactionId: Buffer): StunMessage | undefined {
  const message = decodeStunMessage(data);
  const isAnswer = message?.class === 'success' || message?.class === 'error';
  return isAnswer && transactionId.equals(message.transactionId) ? message : undefined;
}
