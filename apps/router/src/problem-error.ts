import { firstFault, problemOf, PROBLEMS, type Problem, type ProblemCode } from '@spillway/contracts';
import type { z } from 'zod';

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

  /** RFC 9457. */
  toProblem(): Problem {
    return problemOf({ code: this.code, detail: this.message, field: this.field });
  }
}

/** The first thing that is wrong, with the path of the field. */
export function invalidField(error: z.ZodError): ProblemError {
  const { code, detail, field } = firstFault(error);
  return new ProblemError(code, detail, field);
}
