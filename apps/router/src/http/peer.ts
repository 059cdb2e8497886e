import type { FastifyRequest } from 'fastify';

/** The other end of the connection; `undefined` for a request that was passed on: who knows from where. */
export function peerOf({ headers, socket }: FastifyRequest): string | undefined {
  const isPassedOn = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  return isPassedOn ? undefined : socket.remoteAddress;
}
