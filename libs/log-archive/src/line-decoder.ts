import {
  addBeat,
  parsePayload,
  REJECTION_REASONS,
  type Heartbeat,
  type LogEntry,
  type LogEvent,
  type RejectionReason,
} from '@spillway/contracts';
import type { RejectedMessage, WindowGap } from '@spillway/messaging';
import { endSchema, type ArchiveEnd } from './lines.js';
import { NO_JSON } from './parse-lines.js';

/** What a line says. */
export type DecodedLine =
  | { readonly kind: 'entry'; readonly entry: LogEntry; readonly subject: string }
  | { readonly kind: 'rejected'; readonly at: number; readonly rejected: RejectedMessage }
  | { readonly kind: 'gap'; readonly gap: WindowGap }
  | { readonly kind: 'end'; readonly end: ArchiveEnd }
  /** Of a version that knows more. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'damaged'; readonly why: string };

/** Reads the lines of one version of the format, in order. */
export interface LineDecoder {
  /** @param json the line's value, or `NO_JSON`. */
  decode(json: unknown): DecodedLine;
}

/** The last heartbeat of a node that was read: what the next may rest on. */
interface Heard {
  readonly subject: string;
  position: number;
  heartbeat: Heartbeat;
}

const REASONS = new Set<string>(REJECTION_REASONS);
const GAP_CAUSES = new Set(['retention', 'new-stream', 'damaged', 'truncated']);

/** Version 1. */
export class LineDecoderV1 implements LineDecoder {
  private readonly heard = new Map<string, Heard>();
  private readonly heardAt = new Map<number, Heard>();

  decode(json: unknown): DecodedLine {
    if (json === NO_JSON) return damaged('it is no JSON');
    if (Array.isArray(json)) return this.decodeBeat(json);
    if (typeof json !== 'object' || json === null) return damaged('it is no object');
    if ('position' in json) return this.decodeMessage(json);
    if ('gap' in json) return decodeGap(json.gap);
    if ('end' in json) return decodeEnd(json);
    return { kind: 'unknown' };
  }

  private decodeMessage(line: { position: unknown; at?: unknown; subject?: unknown }): DecodedLine {
    const { position, at, subject } = line;
    if (!isCount(position) || !isCount(at)) return damaged('its position or time is none');
    if ('rejected' in line) return decodeRejected(position, at, line.rejected);
    if (typeof subject !== 'string') return rejectedAs('unknown-subject', position, at, '', NEWER);
    if (!('payload' in line)) return rejectedAs('unknown-subject', position, at, subject, NEWER);
    const parsed = parsePayload(subject, line.payload);
    if (!parsed.ok) return rejectedAs(parsed.reason, position, at, subject, parsed.detail);
    const { event } = parsed;
    if (event.kind === 'heartbeat') this.hear(subject, position, event.heartbeat);
    return entryOf(position, at, subject, event);
  }

  private hear(subject: string, position: number, heartbeat: Heartbeat): void {
    const before = this.heard.get(subject);
    if (before) this.heardAt.delete(before.position);
    const heard = { subject, position, heartbeat };
    this.heard.set(subject, heard);
    this.heardAt.set(position, heard);
  }

  private decodeBeat(line: readonly unknown[]): DecodedLine {
    const [position, at, since, told, seq, cpu, egressBps, ingressBps, allocations] = line;
    if (!isCount(position) || !isCount(at)) return damaged('its position or time is none');
    const heard = isCount(since) ? this.heardAt.get(since) : undefined;
    if (!heard) return damaged('the heartbeat before it is missing');
    const load = { cpu, egressBps, ingressBps, allocations };
    const heartbeat = addBeat(heard.heartbeat, { at: told, seq, load });
    if (!heartbeat) return damaged('it makes no heartbeat');
    this.heardAt.delete(heard.position);
    this.heardAt.set(position, heard);
    heard.position = position;
    heard.heartbeat = heartbeat;
    return entryOf(position, at, heard.subject, { kind: 'heartbeat', heartbeat });
  }
}

/** The format's versions that can be read. */
export const DECODERS: Readonly<Record<number, () => LineDecoder>> = { 1: () => new LineDecoderV1() };

function entryOf(position: number, at: number, subject: string, event: LogEvent): DecodedLine {
  return { kind: 'entry', entry: { position, at, event }, subject };
}

function decodeRejected(position: number, at: number, reason: unknown): DecodedLine {
  return rejectedAs(
    isReason(reason) ? reason : 'invalid-payload',
    position,
    at,
    '',
    'it is not in the archive',
  );
}

const NEWER = 'a line of a newer version';

function rejectedAs(
  reason: RejectionReason,
  position: number,
  at: number,
  subject: string,
  detail: string,
): DecodedLine {
  return { kind: 'rejected', at, rejected: { position, subject, reason, detail } };
}

function decodeGap(gap: unknown): DecodedLine {
  if (typeof gap !== 'object' || gap === null || !('from' in gap) || !('to' in gap) || !('cause' in gap)) {
    return damaged('its gap is none');
  }
  const { from, to, cause } = gap;
  if (!isCount(from) || !isCount(to) || to < from) return damaged('its gap is none');
  return { kind: 'gap', gap: { from, to, cause: isCause(cause) ? cause : 'damaged' } };
}

function decodeEnd(json: object): DecodedLine {
  const { data } = endSchema.safeParse(json);
  return data ? { kind: 'end', end: data.end } : damaged('its counts are none');
}

const damaged = (why: string): DecodedLine => ({ kind: 'damaged', why });

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isReason(value: unknown): value is RejectionReason {
  return typeof value === 'string' && REASONS.has(value);
}

function isCause(value: unknown): value is WindowGap['cause'] {
  return typeof value === 'string' && GAP_CAUSES.has(value);
}
