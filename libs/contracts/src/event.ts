import type { z } from 'zod';
import { commandSchema, overloadSchema, scaleSchema, spilloverSchema } from './control.js';
import type { Command, Overload, Scale, Spillover } from './control.js';
import { heartbeatSchema, type Heartbeat } from './heartbeat.js';
import { issuedSchema, readIssued, writtenIssuedSchema, type Issued } from './issued.js';
import { once } from './once.js';
import { policySchema, type PolicyDocument } from './policy.js';
import { compileQuickCheck } from './quick-check.js';
import { parseSubject, type Address } from './subjects.js';

/** Bytes a payload may have; what is larger is dropped unread. */
export const MAX_PAYLOAD_BYTES = {
  heartbeat: 8 * 1024,
  command: 8 * 1024,
  overload: 8 * 1024,
  spillover: 8 * 1024,
  scale: 64 * 1024,
  issued: 512 * 1024,
  policy: 512 * 1024,
} as const;

/** One thing that happened, as every fold sees it. */
export type LogEvent =
  | { kind: 'heartbeat'; heartbeat: Heartbeat }
  | { kind: 'command'; region: string; node: string; command: Command }
  | { kind: 'overload'; region: string; overload: Overload }
  | { kind: 'spillover'; region: string; spillover: Spillover }
  | { kind: 'scale'; region: string; scale: Scale }
  | { kind: 'issued'; issued: Issued }
  | { kind: 'policy'; policy: PolicyDocument };

/** An event at its place in the log. */
export interface LogEntry {
  /** JetStream's stream sequence: 1, 2, 3 … */
  readonly position: number;
  /** Milliseconds since the epoch, JetStream's time stamp. */
  readonly at: number;
  readonly event: LogEvent;
}

export const REJECTION_REASONS = [
  'unknown-subject',
  'too-large',
  'not-json',
  'invalid-payload',
  'subject-mismatch',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

export type ParsedEvent =
  { ok: true; event: LogEvent } | { ok: false; reason: RejectionReason; detail: string };

/** Throws where a text is none. */
export const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads one message of the log. What it refuses must be counted and dropped, never folded. */
export function parseEvent(subject: string, data: Uint8Array): ParsedEvent {
  const decoded = decodePayload(subject, data);
  return decoded.ok ? parseAddressed(decoded.address, decoded.json) : decoded;
}

type Rejection = Extract<ParsedEvent, { ok: false }>;

/** The JSON of a message that may be one of the log. */
export function decodePayload(
  subject: string,
  data: Uint8Array,
): { ok: true; address: Address; json: unknown } | Rejection {
  const address = parseSubject(subject);
  if (!address) return UNKNOWN_SUBJECT;
  const limit = MAX_PAYLOAD_BYTES[address.kind];
  if (data.byteLength > limit) {
    return { ok: false, reason: 'too-large', detail: `${data.byteLength} bytes, at most ${limit}` };
  }
  try {
    return { ok: true, address, json: JSON.parse(utf8.decode(data)) };
  } catch {
    return { ok: false, reason: 'not-json', detail: 'the payload is not JSON in UTF-8' };
  }
}

/** The same of a payload that is no text any more, of any size. It becomes part of the event. */
export function parsePayload(subject: string, json: unknown): ParsedEvent {
  const address = parseSubject(subject);
  return address ? parseAddressed(address, json) : UNKNOWN_SUBJECT;
}

const UNKNOWN_SUBJECT: Rejection = {
  ok: false,
  reason: 'unknown-subject',
  detail: 'no event of this version',
};

/** Nearly all of the log is these two. Compiled when the first is read. */
const quickly = {
  heartbeat: once(() => compileQuickCheck(heartbeatSchema)),
  issued: once(() => compileQuickCheck(writtenIssuedSchema)),
};

function parseAddressed(address: Address, json: unknown): ParsedEvent {
  switch (address.kind) {
    case 'heartbeat':
      return parseHeartbeat(address, json);
    case 'issued':
      return parseIssued(address, json);
    case 'command':
      return check(commandSchema, json, (command) => ({ ...address, kind: 'command', command }));
    case 'overload':
      return check(overloadSchema, json, (overload) => ({ ...address, kind: 'overload', overload }));
    case 'spillover':
      return check(spilloverSchema, json, (spillover) => ({ ...address, kind: 'spillover', spillover }));
    case 'scale':
      return check(scaleSchema, json, (scale) => ({ ...address, kind: 'scale', scale }));
    case 'policy':
      return check(policySchema, json, ({ policy }) => ({ kind: 'policy', policy }));
  }
}

function parseHeartbeat({ region, node }: { region: string; node: string }, json: unknown): ParsedEvent {
  const toEvent = (heartbeat: Heartbeat): LogEvent | string =>
    heartbeat.region === region && heartbeat.nodeId === node
      ? { kind: 'heartbeat', heartbeat }
      : `the payload says ${heartbeat.region}/${heartbeat.nodeId}`;
  return quickly.heartbeat()(json) ? agree(toEvent(json)) : check(heartbeatSchema, json, toEvent);
}

function parseIssued({ router }: { router: string }, json: unknown): ParsedEvent {
  const toEvent = (issued: Issued): LogEvent | string =>
    issued.routerId === router ? { kind: 'issued', issued } : `the payload says ${issued.routerId}`;
  return quickly.issued()(json) && json.basis
    ? agree(toEvent(readIssued(json)))
    : check(issuedSchema, json, toEvent);
}

/** Validates, then lets `toEvent` build the event or say how payload and subject disagree. */
function check<T>(
  schema: z.ZodType<T>,
  json: unknown,
  toEvent: (payload: T) => LogEvent | string,
): ParsedEvent {
  const parsed = schema.safeParse(json);
  if (parsed.success) return agree(toEvent(parsed.data));
  return { ok: false, reason: 'invalid-payload', detail: describeIssue(parsed.error) };
}

function agree(event: LogEvent | string): ParsedEvent {
  return typeof event === 'string'
    ? { ok: false, reason: 'subject-mismatch', detail: event }
    : { ok: true, event };
}

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'payload'}: ${issue.message}` : 'invalid';
}
