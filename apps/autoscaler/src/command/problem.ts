import { PROBLEMS, type Problem, type ProblemCode } from '@spillway/contracts';
import type { OutgoingMessage } from '@spillway/messaging';
import type { z } from 'zod';

const TITLES = {
  'malformed-request': 'The request cannot be read',
  'invalid-field': 'A field of the request is not valid',
  'not-found': 'There is no such resource',
  'no-autoscaler': 'No autoscaler can do this now',
  internal: 'The autoscaler failed',
} as const satisfies Partial<Record<ProblemCode, string>>;

/** A request that is refused, as whoever asked gets to see it. */
export class RefusedError extends Error {
  constructor(
    readonly code: keyof typeof TITLES,
    detail: string,
    readonly field?: string,
  ) {
    super(detail);
    this.name = 'RefusedError';
  }

  /** RFC 9457, with the error headers of the NATS service API (ADR-32). */
  toMessage(): OutgoingMessage {
    const { code, field } = this;
    const problem: Problem = {
      type: `tag:spillway,2026:${code}`,
      title: TITLES[code],
      status: PROBLEMS[code],
      detail: this.message,
      code,
      ...(field !== undefined && { field }),
    };
    const headers = { 'Nats-Service-Error-Code': String(problem.status), 'Nats-Service-Error': code };
    return { payload: problem, headers };
  }
}

/** The first thing that is wrong, with the path of the field. */
export function invalidRequest(error: z.ZodError): RefusedError {
  const [issue] = error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...(issue?.path ?? []), ...unknown].map(String).join('.').slice(0, 128);
  if (field === '') return new RefusedError('malformed-request', 'The request must be a JSON object');
  const what = unknown.length > 0 ? 'is not a field of this request' : issue?.message;
  return new RefusedError('invalid-field', `${field}: ${what}`, field);
}
