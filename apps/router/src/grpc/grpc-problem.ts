import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { RpcException } from '@nestjs/microservices';
import { PROBLEMS, type ProblemCode } from '@spillway/contracts';
import { ProblemError } from '../problem-error.js';

/** Problems in gRPC's own terms, by HTTP status. */
const STATUS_OF: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  410: status.NOT_FOUND,
  413: status.RESOURCE_EXHAUSTED,
  422: status.FAILED_PRECONDITION,
  429: status.RESOURCE_EXHAUSTED,
  500: status.INTERNAL,
  503: status.UNAVAILABLE,
};

export const grpcStatusOf = (code: ProblemCode): status => STATUS_OF[PROBLEMS[code]] ?? status.UNKNOWN;

/** Carries the stable code and the field in the trailing metadata `spillway-code` and `spillway-field`. */
export function grpcStatus(error: unknown): Partial<StatusObject> {
  const problem = error instanceof ProblemError ? error : new ProblemError('internal', 'The router failed');
  const metadata = new Metadata();
  metadata.set('spillway-code', problem.code);
  if (problem.field !== undefined) metadata.set('spillway-field', encodeURI(problem.field));
  if (problem.retryAfterSeconds !== undefined) {
    metadata.set('retry-after', String(problem.retryAfterSeconds));
  }
  return { code: grpcStatusOf(problem.code), details: problem.message, metadata };
}

/** The same for Nest. */
export function grpcProblem(error: unknown): RpcException {
  const { code, details, metadata } = grpcStatus(error);
  return new RpcException({ code, message: details, metadata });
}
