import { z } from 'zod';

/** Every error a client of the router can get: stable `code` → HTTP status. */
export const PROBLEMS = {
  'malformed-request': 400,
  'invalid-field': 400,
  'missing-key': 401,
  'wrong-key': 401,
  'missing-scope': 403,
  'not-found': 404,
  'unknown-decision': 404,
  'method-not-allowed': 405,
  'decision-gone': 410,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'requirement-unmet': 422,
  'rate-limited': 429,
  internal: 500,
  'no-capacity': 503,
  'not-ready': 503,
  'no-autoscaler': 503,
  'explainer-busy': 503,
  'log-unavailable': 503,
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

/** RFC 9457 problem details (`application/problem+json`), with the members `code` and `field`. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  /** The request's field that is at fault, as a path: `region.require.0`. */
  field: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;
