import { decodePayload, parsePayload, type LogEvent, type RejectionReason } from './event.js';
import { writtenIssuedSchema } from './issued.js';
import { policySchema } from './policy.js';

export type WrittenPayload =
  | { ok: true; kind: LogEvent['kind']; payload: object }
  | { ok: false; reason: RejectionReason; detail: string };

/**
 * A payload of the log as this version would write it: defaults filled in, members that it does not know left out.
 */
export function writtenPayload(subject: string, data: Uint8Array): WrittenPayload {
  const decoded = decodePayload(subject, data);
  if (!decoded.ok) return decoded;
  const parsed = parsePayload(subject, decoded.json);
  if (!parsed.ok) return parsed;
  return { ok: true, kind: parsed.event.kind, payload: payloadOf(parsed.event, decoded.json) };
}

function payloadOf(event: LogEvent, json: unknown): object {
  switch (event.kind) {
    case 'heartbeat':
      return event.heartbeat;
    case 'command':
      return event.command;
    case 'overload':
      return event.overload;
    case 'spillover':
      return event.spillover;
    case 'scale':
      return event.scale;
    case 'issued':
      return writtenIssuedSchema.parse(json);
    case 'policy':
      return policySchema.parse(json);
  }
}
