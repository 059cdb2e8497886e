import { nodeCommandRequestSchema, tokenSchema, type NodeCommandRequest } from '@spillway/contracts';
import { z } from 'zod';
import { invalidField } from '../problem-error.js';

/** `POST /v1/nodes/{id}/drain`. */
export const drainRequestSchema = nodeCommandRequestSchema.omit({ command: true, node: true });
/** `POST /v1/nodes/{id}/undrain`. */
export const undrainRequestSchema = drainRequestSchema.omit({ deadlineSeconds: true });

const BODIES = { drain: drainRequestSchema, undrain: undrainRequestSchema } as const;
/** Characters the log keeps of a reason. */
const MAX_REASON = 256;

/**
 * An order as the autoscaler is asked for it; the reason says whose key it was.
 * @throws {ProblemError} `invalid-field`.
 */
export function orderRequest(
  command: keyof typeof BODIES,
  node: string,
  body: unknown,
  keyName: string,
): NodeCommandRequest {
  const id = z.object({ id: tokenSchema }).safeParse({ id: node });
  if (!id.success) throw invalidField(id.error);
  const parsed = BODIES[command].safeParse(body ?? {});
  if (!parsed.success) throw invalidField(parsed.error);
  const by = `by ${keyName}`;
  const reason = parsed.data.reason.slice(0, MAX_REASON - by.length - 2);
  return { ...parsed.data, command, node, reason: reason === '' ? by : `${reason}, ${by}` };
}
