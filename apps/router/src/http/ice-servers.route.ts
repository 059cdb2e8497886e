import type { FastifyPluginCallback } from 'fastify';
import { writtenAddress } from '../client-address.js';
import { ProblemError } from '../problem-error.js';
import type { RequestGate } from '../request-gate.js';
import type { RouterMetrics } from '../router-metrics.js';
import { peerOf } from './peer.js';
import type { ProblemFilter } from './problem.filter.js';

export const ICE_SERVERS_PATH = '/v1/ice-servers';

/**
 * `POST /v1/ice-servers`, which is nearly all that a router does, as a route of Fastify's own: Nest's way to a
 * controller is a large part of a request that short. In a scope of its own it is also spared the
 * middleware engine that Nest puts before every route. Plain requests do not come here: see `IceServersFront`.
 */
export function iceServersRoute(
  gate: RequestGate,
  metrics: RouterMetrics,
  problems: ProblemFilter,
): FastifyPluginCallback {
  return (fastify, _options, done) => {
    fastify.setErrorHandler((error, _request, reply) => {
      const { code } = problems.answer(reply, error);
      // What Fastify refuses by itself, the gate did not get to see.
      if (!(error instanceof ProblemError)) metrics.refused('http', code);
    });
    fastify.post(ICE_SERVERS_PATH, (request, reply) => {
      const answer = gate.iceServers({
        face: 'http',
        connection: request.socket,
        authorization: request.headers.authorization,
        peer: peerOf(request),
        client: writtenAddress(request.ip),
        body: request.body === undefined ? {} : request.body,
      });
      void reply
        .header('cache-control', 'no-store')
        .header('content-type', 'application/json; charset=utf-8')
        .send(JSON.stringify(answer));
    });
    done();
  };
}
