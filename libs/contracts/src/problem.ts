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
  internal: 'The server failed',
  'no-capacity': 'No node has room',
  'not-ready': 'The router does not know the fleet yet',
  'no-autoscaler': 'No autoscaler can do this now',
  'explainer-busy': 'Others wait for an explanation',
  'log-unavailable': 'The log cannot be read',
};

/** RFC 9457 problem details (`application/problem+json`), with the members `code` and `field`. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  field: z
    .string()
    .optional()
    .describe("The request's field that is at fault, as a path: `region.require.0`."),
});
export type Problem = z.infer<typeof problemSchema>;

/** What is wrong with a request. */
export interface Fault {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly field?: string | undefined;
}

/** The type is a tag URI (RFC 4151): it identifies, it need not be fetched. */
export function problemOf({ code, detail, field }: Fault): Problem {
  const [type, title, status] = [`tag:spillway,2026:${code}`, TITLES[code], PROBLEMS[code]];
  return { type, title, status, detail, code, ...(field !== undefined && { field }) };
}

/** The first thing that is wrong with a request, with the path of the field. */
export function firstFault(error: z.ZodError): Fault & { code: 'malformed-request' | 'invalid-field' } {
  const [issue] = error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...(issue?.path ?? []), ...unknown].map(String).join('.').slice(0, 128);
  if (field === '') return { code: 'malformed-request', detail: 'The request must be a JSON object' };
  const what = unknown.length > 0 ? 'is not a field of this request' : issue?.message;
  return { code: 'invalid-field', detail: `${field}: ${what}`, field };
}
