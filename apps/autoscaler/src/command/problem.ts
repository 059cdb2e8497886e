import { firstFault, problemOf, type ProblemCode } from '@spillway/contracts';
import type { OutgoingMessage } from '@spillway/messaging';
import type { z } from 'zod';

/** A request that is refused, as whoever asked gets to see it. */
export class RefusedError extends Error {
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly field?: string,
  ) {
    super(detail);
    this.name = 'RefusedError';
  }

  /** RFC 9457, with the error headers of the NATS service API (ADR-32). */
  toMessage(): OutgoingMessage {
    const { code, message: detail, field } = this;
    const problem = problemOf({ code, detail, field });
    const headers = { 'Nats-Service-Error-Code': String(problem.status), 'Nats-Service-Error': code };
    return { payload: problem, headers };
  }
}

/** The first thing that is wrong, with the path of the field. */
export function invalidRequest(error: z.ZodError): RefusedError {
  const { code, detail, field } = firstFault(error);
  return new RefusedError(code, detail, field);
}
