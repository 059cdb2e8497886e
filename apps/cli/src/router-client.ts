import {
  iceServersAnswerSchema,
  problemSchema,
  type IceServersAnswer,
  type IceServersRequest,
} from '@spillway/contracts';
import { Option } from 'commander';
import { UsageError } from './usage-error.js';

/** How to reach a router. */
export interface RouterAccess {
  readonly url: string;
  readonly key?: string;
}

export function routerOptions(): Option[] {
  return [
    new Option('--url <url>', 'the router')
      .env('SPILLWAY_URL')
      .default('http://127.0.0.1:8080')
      .argParser(parseUrl),
    new Option('--key <key>', 'API key').env('SPILLWAY_API_KEY').argParser(parseKey),
  ];
}

/** @throws {UsageError} */
function parseUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`--url or SPILLWAY_URL: "${text}" is no URL such as http://127.0.0.1:8080`);
}

/** Does not repeat the key, as commander would. @throws {UsageError} */
function parseKey(key: string): string {
  if (/^[\x20-\x7e]*$/.test(key)) return key;
  throw new UsageError(
    '--key or SPILLWAY_API_KEY has characters that no HTTP header can hold: it must be ASCII',
  );
}

/** Nothing answers at the router's address, or what does is no router. */
export class RouterUnreachableError extends Error {
  readonly code = 'router-unreachable';
  constructor(url: string, problem: string, cause?: unknown) {
    super(`no router at ${url} (${problem}): is it running? Choose another with --url or SPILLWAY_URL`, {
      cause,
    });
    this.name = 'RouterUnreachableError';
  }
}

/** The router said no; `code` is the one of its problem document. */
export class RouterProblemError extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(`the router refused (${code}): ${detail}${REMEDIES[code] ?? ''}`);
    this.name = 'RouterProblemError';
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  'missing-key': '; give one with --key or SPILLWAY_API_KEY',
  'wrong-key': '; give another with --key or SPILLWAY_API_KEY',
  'missing-scope': '; give a key that has it with --key or SPILLWAY_API_KEY',
};

const TIMEOUT_MS = 5000;

/** @throws {RouterUnreachableError | RouterProblemError} here and below. */
export async function askIceServers(
  access: RouterAccess,
  request: IceServersRequest,
): Promise<IceServersAnswer> {
  const answer = await fetchJson(access, '/v1/ice-servers', {
    method: 'POST',
    body: JSON.stringify(request),
    headers: { 'content-type': 'application/json' },
  });
  return expectShape(access, iceServersAnswerSchema, answer);
}

export async function fetchJson(
  access: RouterAccess,
  path: string,
  { signal, ...init }: Omit<RequestInit, 'signal'> & { signal?: AbortSignal | undefined } = {},
): Promise<unknown> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const headers = new Headers(init.headers);
  if (access.key !== undefined) headers.set('authorization', `Bearer ${access.key}`);
  let response: Response;
  let body: unknown;
  try {
    const url = new URL(path, access.url);
    response = await fetch(url, {
      ...init,
      headers,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    body = await response.json();
  } catch (error) {
    throw new RouterUnreachableError(access.url, reasonOf(error), error);
  }
  if (response.ok) return body;
  const problem = problemSchema.safeParse(body);
  if (!problem.success)
    throw new RouterUnreachableError(access.url, `it answers with status ${response.status}`);
  throw new RouterProblemError(problem.data.code, problem.data.detail);
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

export function expectShape<T>(access: RouterAccess, schema: Schema<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RouterUnreachableError(access.url, 'what answers there is something else, or of another version');
}

/** fetch says "fetch failed" and hides the reason in the cause, which for several addresses has but a code. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { message?: string; code?: string } };
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  if (name === 'SyntaxError') return 'it does not answer in JSON';
  return cause?.message || cause?.code || message;
}
