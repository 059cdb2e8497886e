import { PROBLEMS, type Problem, type ProblemCode } from '@spillway/contracts';
import type { z } from 'zod';

const TITLES: Readonly<Record<ProblemCode, string>> = {
  'malformed-request': 'The request cannot be read',
  'invalid-field': 'A field of the request is not valid',
  'missing-key': 'An API key is needed',
  'wrong-key': 'The API key is not accepted',
  'missing-scope': 'The API key does not allow this',
  'not-found': 'There is no such resource',
  'unknown-decision': 'There is no such decision on the log',
  'method-not-allowed': 'The resource does not have this method',
  'decision-gone': 'The log does not go back so far',
  'body-too-large': 'The request is too large',
  'unsupported-media-type': 'The request must be JSON',
  'requirement-unmet': 'The required regions cannot serve',
  'rate-limited': 'Too many requests',
  internal: 'The router failed',
  'no-capacity': 'No node has room',
  'not-ready': 'The router does not know the fleet yet',
  'no-autoscaler': 'No autoscaler answers',
  'explainer-busy': 'Others wait for an explanation',
  'log-unavailable': 'The log cannot be read',
};

/** An error a client gets to see, the same over HTTP, gRPC and NATS. */
export class ProblemError extends Error {
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly field?: string,
    /** Seconds after which trying again makes sense. */
    readonly retryAfterSeconds?: number,
  ) {
    super(detail);
    this.name = 'ProblemError';
  }

  get status(): number {
    return PROBLEMS[this.code];
  }

  /** RFC 9457. The type is a tag URI (RFC 4151): it identifies, it need not be fetched. */
  toProblem(): Problem {
    return {
      type: `tag:spillway,2026:${this.code}`,
      title: TITLES[this.code],
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(this.field !== undefined && { field: this.field }),
    };
  }
}

/** The first thing that is wrong, with the path of the field. */
export function invalidField(error: z.ZodError): ProblemError {
  const [issue] = error.issues;
  const path = [
    ...(issue?.path ?? []),
    ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []),
  ];
  if (path.length === 0) return new ProblemError('malformed-request', 'The request must be a JSON object');
  const field = path.map(String).join('.').slice(0, 128);
  const what = issue?.code === 'unrecognized_keys' ? 'is not a field of this request' : issue?.message;
  return new ProblemError('invalid-field', `${field}: ${what}`, field);
}
