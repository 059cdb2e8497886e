import { MAX_PAYLOAD_BYTES, parseEvent, utf8, type ParsedEvent } from './event.js';
import type { Heartbeat } from './heartbeat.js';
import { HeartbeatForm } from './heartbeat-form.js';

/** Nodes whose form is remembered at most, about 1.5 kB each; of more, the first is forgotten for the last. */
const MAX_FORMS = 200_000;

/**
 * Reads the messages of one log, all as `parseEvent` does. It remembers how each node writes its heartbeats: nearly all
 * say what the one before said but for time, number and load, and of such a one only these are parsed and checked, in
 * three fifths of the time, and only these are new in memory: half of what was kept of each until the next.
 */
export class EventReader {
  /** By subject. Made when a node is heard again: who reads but the last of each has no use for it. */
  private readonly forms = new Map<string, HeartbeatForm | undefined>();

  /** What it refuses must be counted and dropped, never folded. */
  read(subject: string, data: Uint8Array): ParsedEvent {
    const form = this.forms.get(subject);
    const heartbeat = form && data.byteLength <= MAX_PAYLOAD_BYTES.heartbeat && form.read(data);
    if (heartbeat) return { ok: true, event: { kind: 'heartbeat', heartbeat } };
    const parsed = parseEvent(subject, data);
    if (parsed.ok && parsed.event.kind === 'heartbeat') this.remember(subject, data, parsed.event.heartbeat);
    return parsed;
  }

  private remember(subject: string, data: Uint8Array, heartbeat: Heartbeat): void {
    const { forms } = this;
    forms.set(subject, forms.has(subject) ? HeartbeatForm.of(utf8.decode(data), heartbeat) : undefined);
    if (forms.size <= MAX_FORMS) return;
    for (const first of forms.keys()) return void forms.delete(first);
  }
}
