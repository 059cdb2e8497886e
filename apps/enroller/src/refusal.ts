import type { EnrolProblem } from '@spillway/contracts';

/** Nobody is enrolled; the message is for whoever asked and holds nothing secret. */
export class Refusal extends Error {
  constructor(
    readonly code: EnrolProblem,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}
