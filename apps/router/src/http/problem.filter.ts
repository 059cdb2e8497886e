import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ProblemCode } from '@spillway/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../problem-error.js';

/** Statuses that Nest and Fastify answer with by themselves, and what they mean here. */
const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed-request',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'body-too-large',
  415: 'unsupported-media-type',
};

/** Turns whatever was thrown into an RFC 9457 problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    this.answer(host.switchToHttp().getResponse<FastifyReply>(), error);
  }

  /** @returns what was answered. */
  answer(reply: FastifyReply, error: unknown): ProblemError {
    const problem = this.asProblem(reply, error);
    sendProblem(reply, problem);
    return problem;
  }

  private asProblem(reply: FastifyReply, error: unknown): ProblemError {
    const methods = statusOf(error) === 404 ? methodsOf(reply.request) : [];
    if (methods.length > 0) {
      const all = methods.join(', ');
      reply.header('allow', all);
      const detail = `${reply.request.method} is not among the methods of this resource: ${all}`;
      return new ProblemError('method-not-allowed', detail);
    }
    if (error instanceof ProblemError) return error;
    const code = CODE_OF_STATUS[statusOf(error) ?? 500];
    if (code) return new ProblemError(code, (error as Error).message);
    this.logger.error(error instanceof Error ? error.stack : error);
    return new ProblemError('internal', 'The router could not answer; its log says why');
  }
}

/** For what no filter gets to see, too. */
export function sendProblem(reply: FastifyReply, problem: ProblemError): void {
  reply.status(problem.status).headers(headersOf(problem)).send(JSON.stringify(problem.toProblem()));
}

export function headersOf({ status, retryAfterSeconds }: ProblemError): Record<string, string> {
  return {
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    'content-type': 'application/problem+json; charset=utf-8',
  };
}

/** A path without the characters that have a meaning in a route: Fastify would take it for a pattern. */
const PLAIN_PATH = /^[\w./-]+$/;

/** Routes with a part that is not fixed, as they are registered. */
const ORDER_PATH = /^(\/v1\/nodes\/)[^/]+(\/(?:un)?drain)$/;
const DECISION_PATH = /^(\/v1\/decisions\/)[^/]+$/;

/** What could have been done with the URL that was not found. */
function methodsOf({ server, url }: FastifyRequest): string[] {
  const [path = ''] = url.split('?');
  if (!PLAIN_PATH.test(path)) return [];
  const route = path.replace(ORDER_PATH, '$1:id$2').replace(DECISION_PATH, '$1:id');
  return server.supportedMethods.filter((method) => server.hasRoute({ method, url: route }));
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  return error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : undefined;
}
