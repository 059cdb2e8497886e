import { ProblemError } from '../problem-error.js';

/** A router's id, its run and the number of the decision. */
const DECISION_ID = /^[A-Za-z0-9_-]{1,64}-[A-Za-z0-9_-]{1,64}-[0-9a-z]{1,11}$/;

/** @throws {ProblemError} `invalid-field`. */
export function decisionIdOf(text: string | undefined, field: string): string {
  if (text !== undefined && DECISION_ID.test(text)) return text;
  const detail = `${field}: must be a decision id, as \`placement.decisionId\` of an answer`;
  throw new ProblemError('invalid-field', detail, field);
}
