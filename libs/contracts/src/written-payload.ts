import type { Command, Overload, Scale, Spillover } from './control.js';
import { decodePayload, parsePayload, type LogEvent, type RejectionReason } from './event.js';
import type { Heartbeat } from './heartbeat.js';
import { writtenIssuedSchema, type WrittenIssued } from './issued.js';
import { policySchema, type PolicyAnnouncement } from './policy.js';

/** A payload and its kind. */
export type KnownPayload =
  | { kind: 'heartbeat'; payload: Heartbeat }
  | { kind: 'command'; payload: Command }
  | { kind: 'overload'; payload: Overload }
  | { kind: 'spillover'; payload: Spillover }
  | { kind: 'scale'; payload: Scale }
  | { kind: 'issued'; payload: WrittenIssued }
  | { kind: 'policy'; payload: PolicyAnnouncement };

export type WrittenPayload =
  ({ ok: true } & KnownPayload) | { ok: false; reason: RejectionReason; detail: string };

/**
 * A payload of the log as this version would write it: defaults filled in, members that it does not know left out.
 */
export function writtenPayload(subject: string, data: Uint8Array): WrittenPayload {
  const decoded = decodePayload(subject, data);
  if (!decoded.ok) return decoded;
  const parsed = parsePayload(subject, decoded.json);
  if (!parsed.ok) return parsed;
  return { ok: true, ...payloadOf(parsed.event, decoded.json) };
}

function payloadOf(event: LogEvent, json: unknown): KnownPayload {
  switch (event.kind) {
    case 'heartbeat':
      return { kind: 'heartbeat', payload: event.heartbeat };
    case 'command':
      return { kind: 'command', payload: event.command };
    case 'overload':
      return { kind: 'overload', payload: event.overload };
    case 'spillover':
      return { kind: 'spillover', payload: event.spillover };
    case 'scale':
      return { kind: 'scale', payload: event.scale };
    case 'issued':
      return { kind: 'issued', payload: writtenIssuedSchema.parse(json) };
    case 'policy':
      return { kind: 'policy', payload: policySchema.parse(json) };
  }
}
