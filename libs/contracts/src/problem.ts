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
  'request-timeout': 408,
  'decision-gone': 410,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'requirement-unmet': 422,
  'rate-limited': 429,
  'headers-too-large': 431,
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
  'request-timeout': 'The request did not come in time',
  'decision-gone': 'The log does not go back so far',
  'body-too-large': 'The request is too large',
  'unsupported-media-type': 'The request must be JSON',
  'requirement-unmet': 'The required regions cannot serve',
  'rate-limited': 'Too many requests',
  'headers-too-large': 'The header is too large',
  internal: 'The server failed',
  'no-capacity': 'No node has room',
  'not-ready': 'The router does not know the fleet yet',
  'no-autoscaler': 'No autoscaler can do this now',
  'explainer-busy': 'Others wait for an explanation',
  'log-unavailable': 'The log cannot be read',
};

const REMEDIES: Readonly<Record<ProblemCode, string>> = {
  'malformed-request': 'Send a JSON object; the detail says what could not be read.',
  'invalid-field': 'Correct the field that `field` names.',
  'missing-key': 'Send `Authorization: Bearer <API key>`.',
  'wrong-key': 'Look at the key, and at whether it is in the router’s file of keys or was taken out of it.',
  'missing-scope': 'Give the key the scope that the detail names, or leave the field out that needs it.',
  'not-found': 'Look at the path, or at the id in it.',
  'unknown-decision': 'Look at the id: `placement.decisionId` of an answer.',
  'method-not-allowed': 'Use one of the methods in the header `Allow`.',
  'request-timeout': 'Send the whole request at once; look at the network between.',
  'decision-gone': 'Keep the log for longer, or ask `spillway explain --file` with an archive of that time.',
  'body-too-large': 'Send less; no request needs that much.',
  'unsupported-media-type': 'Send `Content-Type: application/json`.',
  'requirement-unmet':
    'No node of the required regions can serve: look at those regions, or require others. Retrying helps once one of them is back.',
  'rate-limited':
    'Wait for as long as `Retry-After` says, or raise the limit of the key, its tenant or the client.',
  'headers-too-large': 'Send less of it: cookies and the like are of no use to a router.',
  internal: 'Look into the router’s log, which has the cause; another router may answer.',
  'no-capacity':
    'Retry after `Retry-After`; look at the fleet: no node in an allowed region is usable, or none has room.',
  'not-ready': 'Retry, or ask another router: this one has just started and has not read the log yet.',
  'no-autoscaler': 'Start an autoscaler: it alone puts commands to nodes on the log.',
  'explainer-busy': 'Retry after `Retry-After`: explanations read the log one at a time.',
  'log-unavailable': 'Look at the link to NATS and its JetStream; issuing goes on meanwhile.',
};

/** What to do about a problem, for the reference. */
export const remedyOf = (code: ProblemCode): string => REMEDIES[code];

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
