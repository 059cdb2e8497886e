import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Duplex } from 'node:stream';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';

export interface HttpOptions {
  readonly logger: LoggerService;
  /** Bytes a request body may have. */
  readonly bodyLimitBytes: number;
  /** Milliseconds a client may take to send its request. */
  readonly requestTimeoutMs?: number;
  /** Addresses or CIDR ranges whose `X-Forwarded-For` is believed, read right to left; none unless told. */
  readonly trustedProxies?: readonly string[];
  /** Answers what is refused before a route is looked for, such as a URL that cannot be decoded. */
  readonly onUnroutable?: (error: Error, reply: FastifyReply) => void;
  /**
   * Answers what is no HTTP, came too slowly or has too large a header, and ends the connection.
   * @param code Node's: `HPE_…` of its parser, `ERR_HTTP_REQUEST_TIMEOUT`, or of the connection itself.
   */
  readonly onUnreadable?: (code: string | undefined, socket: Duplex) => void;
}

/** A Nest application on Fastify that is not listening yet. Keep-alive connections end when it closes. */
export async function createHttpApp(
  module: Type | DynamicModule,
  options: HttpOptions,
): Promise<NestFastifyApplication> {
  const { onUnreadable, onUnroutable } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: options.requestTimeoutMs ?? 10_000,
    forceCloseConnections: 'idle',
    // Schemas refuse what they do not know, and say which it is.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    trustProxy: options.trustedProxies ? [...options.trustedProxies] : false,
    ...(onUnreadable && {
      clientErrorHandler: (error: NodeJS.ErrnoException, socket: Duplex) => onUnreadable(error.code, socket),
    }),
    ...(onUnroutable && {
      frameworkErrors: (error: Error, _request: unknown, reply: FastifyReply) => onUnroutable(error, reply),
    }),
  });
  // JSON only: another content type gets a 415 instead of a body nobody expects.
  adapter.getInstance().removeContentTypeParser('text/plain');
  // Node drops header fields beyond 2,000 without a word, X-Forwarded-For among them; their size is bounded anyway.
  adapter.getInstance().server.maxHeadersCount = 0;
  endConnectionsOnClose(adapter.getInstance());
  return NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: options.logger,
    abortOnError: false,
    bodyParser: false,
  });
}

/**
 * Closing ends the connections that are idle at that moment; one that is answering a request would stay open for
 * the whole keep-alive time afterwards, so that answer is the connection's last.
 */
function endConnectionsOnClose(fastify: FastifyInstance): void {
  let isClosing = false;
  fastify.addHook('preClose', async () => {
    isClosing = true;
  });
  // With a callback: a promise for every answer is a cost to every answer.
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
}

export interface ListenAddress {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Names of the variables that set them, for the error message. */
  readonly variables: { readonly host: string; readonly port: string };
}

/** The address cannot be listened on; the message names the variable to change. */
export class ListenError extends Error {
  readonly code = 'cannot-listen';
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ListenError';
  }
}

const REASONS: Readonly<Record<string, (address: ListenAddress) => string>> = {
  EADDRINUSE: ({ variables }) => `the port is in use. Set ${variables.port} to a free one`,
  EACCES: ({ variables }) => `this user may not open that port. Set ${variables.port} to one above 1023`,
  EADDRNOTAVAIL: ({ variables }) => `the address is not this machine's. Correct ${variables.host}`,
  ENOTFOUND: ({ variables }) => `there is no such host. Correct ${variables.host}`,
};

/**
 * @returns the port that was taken.
 * @throws {ListenError} when the address cannot be had.
 */
export async function listen(app: NestFastifyApplication, address: ListenAddress): Promise<number> {
  try {
    await app.listen(address.port, address.host);
  } catch (error) {
    throw explainListenError(address, error);
  }
  const bound = app.getHttpServer().address();
  return bound !== null && typeof bound === 'object' ? bound.port : address.port;
}

/** For other servers too: the same words for the same fault. gRPC's tells it in its message only. */
export function explainListenError(address: ListenAddress, error: unknown): Error {
  const { code = /\bE[A-Z]{4,}\b/.exec(String(error))?.[0] } = error as NodeJS.ErrnoException;
  const reason = REASONS[code ?? ''];
  if (!reason) return error instanceof Error ? error : new Error(String(error));
  return new ListenError(`Cannot listen on ${address.host}:${address.port}: ${reason(address)}.`, error);
}
