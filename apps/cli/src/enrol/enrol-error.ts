import type { EnrolProblem } from '@spillway/contracts';
import { ExitStatus } from '../exit-status.js';

/** Something about enrolment that an operator can put right; the message says how. Holds nothing secret. */
export class EnrolError extends Error {
  constructor(
    readonly code:
      | EnrolProblem
      | 'no-token'
      | 'not-a-token'
      | 'not-enrolled'
      | 'unreadable-folder'
      | 'unreadable-answer'
      | 'no-enroller'
      | 'turnadmin-failed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EnrolError';
  }
}

/** Of sysexits.h, EX_NOPERM: asking again with the same is no use, so a service manager had better not. */
const EXIT_REFUSED = 77;

/** What may be otherwise in a moment. */
const PASSING: ReadonlySet<string> = new Set(['busy', 'unavailable', 'no-enroller']);

/** Exit status 1 for what may pass by itself, 77 for what will not. */
export async function withExitStatus<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EnrolError && !PASSING.has(error.code)) throw new ExitStatus(EXIT_REFUSED, error);
    throw error;
  }
}
