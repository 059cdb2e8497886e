import { randomBytes } from 'node:crypto';
import {
  challengeOf,
  encodeAllocateRequest,
  encodeCreatePermissionRequest,
  encodeRefreshRequest,
  errorOf,
  hasIntegrity,
  longTermKey,
  mappedAddressOf,
  parseTurnUri,
  portOf,
  relayedAddressOf,
  softwareOf,
  transportOf,
  type LongTermCredential,
  type StunMessage,
  type TransportAddress,
  type TurnCredential,
} from '@spillway/turn';
import {
  openTcpChannel,
  openTlsChannel,
  openUdpChannel,
  type ServerAddress,
  type StunChannel,
} from './turn/stun-channel.js';
import { transact, type Exchange } from './turn/stun-transaction.js';

/** What an operator can look at, by STUN error code. */
const HINTS: Readonly<Record<number, string>> = {
  401: ' (the router and the relay have different secrets: rendered with another master, node id or epoch?)',
  486: ' (its quota of allocations is used up)',
  508: ' (it has no relay port left)',
};

/** The server answered and said no. */
export class AllocationRefusedError extends Error {
  readonly code = 'allocation-refused';
  constructor(
    uri: string,
    /** STUN error code: 401 wrong credential, 403 forbidden, 486 quota reached, 508 no ports left … */
    readonly stunCode: number,
    /** The server's own words. */
    readonly reason: string,
  ) {
    super(`${uri} refused: ${stunCode} ${reason}${HINTS[stunCode] ?? ''}`);
    this.name = 'AllocationRefusedError';
  }
}

/** The server did not answer in time, nothing listens there, or what does is no TURN server. */
export class NoAnswerError extends Error {
  readonly code = 'no-answer';
  constructor(uri: string, cause: Error) {
    const isTimeout = cause.name === 'TimeoutError' || cause.name === 'AbortError';
    super(`no usable answer from ${uri}: ${isTimeout ? 'timed out' : cause.message}`, { cause });
    this.name = 'NoAnswerError';
  }
}

export class UnsupportedUriError extends Error {
  readonly code = 'unsupported-uri';
  constructor(uri: string) {
    super(`${uri} is no TURN URI over UDP, TCP or TLS, such as turn:203.0.113.10:3478?transport=udp`);
    this.name = 'UnsupportedUriError';
  }
}

/** A relayed address on a TURN server, for as long as it is not released (10 minutes at most). */
export interface Allocation {
  readonly relayedAddress: TransportAddress;
  /** Our own address as the server sees it. */
  readonly mappedAddress: TransportAddress | undefined;
  /** Of the request that made the allocation, in milliseconds. */
  readonly rttMs: number;
  readonly software: string | undefined;
  /**
   * Lets a peer's address send through the relay, RFC 8656 §10.
   * @throws {AllocationRefusedError} 403 where the server denies that peer.
   */
  permit(peerAddress: string): Promise<void>;
  /** Gives the allocation back and closes the connection. */
  release(): Promise<void>;
}

/**
 * Makes one allocation as a browser would, RFC 8656 §7 with the long-term credential mechanism of RFC 8489 §9.2.
 * `timeoutMs` bounds every step: allocating (from each of a few ports, should one be taken), permitting, releasing.
 * @throws {AllocationRefusedError | NoAnswerError | UnsupportedUriError}
 */
export async function allocate(
  uri: string,
  credential: TurnCredential,
  { timeoutMs = 5000 }: { timeoutMs?: number } = {},
): Promise<Allocation> {
  for (let portsLeft = MAX_PORTS; ; portsLeft--) {
    try {
      return await allocateOnce(uri, credential, timeoutMs);
    } catch (error) {
      const isTaken = error instanceof AllocationRefusedError && error.stunCode === ALLOCATION_MISMATCH;
      if (!isTaken || portsLeft === 1) throw error;
    }
  }
}

/** The server remembers an allocation from our port, of whoever had it before: RFC 8656 §7.4 wants another port. */
const ALLOCATION_MISMATCH = 437;
const MAX_PORTS = 4;

async function allocateOnce(uri: string, credential: TurnCredential, timeoutMs: number): Promise<Allocation> {
  const client = await TurnClient.connect(uri, credential, timeoutMs);
  try {
    const { response, rttMs } = await client.ask((id, credential) =>
      encodeAllocateRequest(id, { credential }),
    );
    const relayedAddress = relayedAddressOf(response);
    if (!relayedAddress) throw new NoAnswerError(uri, new Error('it names no relayed address'));
    return {
      relayedAddress,
      mappedAddress: mappedAddressOf(response),
      rttMs,
      software: softwareOf(response),
      permit: (peerAddress) => client.permit(peerAddress),
      release: () => client.release(),
    };
  } catch (error) {
    client.close();
    throw error;
  }
}

type Encode = (transactionId: Buffer, credential: LongTermCredential | undefined) => Buffer;

/** The challenge, the allocation, and once more because a nonce went stale. */
const MAX_ATTEMPTS = 3;

class TurnClient {
  #credential: LongTermCredential | undefined;

  private constructor(
    private readonly uri: string,
    private readonly login: TurnCredential,
    private readonly timeoutMs: number,
    private readonly channel: StunChannel,
  ) {}

  static async connect(uri: string, login: TurnCredential, timeoutMs: number): Promise<TurnClient> {
    const open = channelOpener(uri);
    try {
      return new TurnClient(uri, login, timeoutMs, await open(AbortSignal.timeout(timeoutMs)));
    } catch (cause) {
      throw new NoAnswerError(uri, cause as Error);
    }
  }

  /** Sends a request, answering the server's challenges to it: 401 once, 438 whenever the nonce went stale. */
  async ask(encode: Encode): Promise<Exchange> {
    const signal = AbortSignal.timeout(this.timeoutMs);
    for (let attempt = 1; ; attempt++) {
      const exchange = await this.#exchange(encode(randomBytes(12), this.#credential), signal);
      if (exchange.response.class === 'success') return exchange;
      const { code, reason } = errorOf(exchange.response) ?? { code: 0, reason: 'no error code' };
      const challenge = challengeOf(exchange.response);
      const isChallenge = code === 438 || (code === 401 && this.#credential === undefined);
      if (!challenge || !isChallenge || attempt === MAX_ATTEMPTS) {
        throw new AllocationRefusedError(this.uri, code, reason);
      }
      this.#credential = { username: this.login.username, password: this.login.credential, ...challenge };
    }
  }

  async permit(peerAddress: string): Promise<void> {
    const peer = { address: peerAddress, port: 0 };
    await this.ask((id, credential) => encodeCreatePermissionRequest(id, { peer, credential }));
  }

  async release(): Promise<void> {
    try {
      await this.ask((id, credential) => encodeRefreshRequest(id, { lifetimeSeconds: 0, credential }));
    } finally {
      this.close();
    }
  }

  close(): void {
    this.channel.close();
  }

  async #exchange(request: Buffer, signal: AbortSignal): Promise<Exchange> {
    const key = this.#credential && longTermKey(this.#credential);
    // A success that is not signed with our own key is forged (RFC 8489 §9.2.5).
    const accept = (response: StunMessage, data: Buffer) =>
      response.class === 'error' || key === undefined || hasIntegrity(data, key);
    try {
      return await transact(this.channel, request, accept, signal);
    } catch (cause) {
      throw new NoAnswerError(this.uri, cause as Error);
    }
  }
}

/** @throws {UnsupportedUriError} */
function channelOpener(uri: string): (signal: AbortSignal) => Promise<StunChannel> {
  const parsed = parseTurnUri(uri);
  const transport = transportOf(uri);
  if (!parsed || !transport) throw new UnsupportedUriError(uri);
  const server: ServerAddress = { host: parsed.host, port: portOf(parsed) };
  if (transport === 'udp') return () => openUdpChannel(server);
  return (signal) => (transport === 'tcp' ? openTcpChannel : openTlsChannel)(server, signal);
}
