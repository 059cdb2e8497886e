import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';

/** The second is what newer servers say on a replicated stream while another write to the subject is on its way. */
const CODES: ReadonlySet<number> = new Set([
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
]);

/** A compare-and-set was lost: the last message of the subject is another than was expected. */
export function isWrongLastSequence(error: unknown): boolean {
  return error instanceof JetStreamApiError && CODES.has(error.code);
}
