import { subjectOf, type Heartbeat, type Issued, type LogEntry } from '@spillway/contracts';
import type { LogGap, LogListener, RejectedMessage } from '../bus.js';

/** A message to be put on the log. */
export interface Message {
  readonly subject: string;
  readonly payload: Heartbeat | Issued;
}

export function heartbeat(nodeId: string, seq: number): Message {
  const payload: Heartbeat = {
    at: new Date().toISOString(),
    nodeId,
    region: 'north',
    kind: 'turn',
    zone: null,
    instanceId: 'instance',
    bootId: 'boot',
    seq,
    intervalMs: 2_000,
    state: 'serving',
    urls: ['turn:203.0.113.10:3478?transport=udp'],
    software: { name: 'coturn', version: null },
    capacity: { bandwidthBps: null, allocations: null },
    load: { cpu: null, egressBps: null, ingressBps: null, allocations: null },
    secretEpoch: 1,
    commandId: null,
  };
  return { subject: subjectOf.heartbeat('north', nodeId), payload };
}

export function issued(routerId: string, batch: number): Message {
  const payload: Issued = { at: new Date().toISOString(), routerId, bootId: 'boot', batch, decisions: [] };
  return { subject: subjectOf.issued(routerId), payload };
}

/** `node/seq` or `router#batch`. */
export function nameOf({ event }: LogEntry): string {
  if (event.kind === 'heartbeat') return `${event.heartbeat.nodeId}/${event.heartbeat.seq}`;
  if (event.kind === 'issued') return `${event.issued.routerId}#${event.issued.batch}`;
  return event.kind;
}

/** A listener that keeps what it is told, in order. */
export class Witness implements LogListener {
  readonly entries: LogEntry[] = [];
  readonly rejected: RejectedMessage[] = [];
  readonly gaps: LogGap[] = [];
  readonly caughtUp: number[] = [];
  /** Everything in the order it was told: names of entries, `caught-up`, `gap`, `rejected`. */
  readonly story: string[] = [];

  onEntry(entry: LogEntry): void {
    this.entries.push(entry);
    this.story.push(nameOf(entry));
  }
  onRejected(message: RejectedMessage): void {
    this.rejected.push(message);
    this.story.push('rejected');
  }
  onCaughtUp(position: number): void {
    this.caughtUp.push(position);
    this.story.push('caught-up');
  }
  onGap(gap: LogGap): void {
    this.gaps.push(gap);
    this.story.push('gap');
  }

  get names(): string[] {
    return this.entries.map(nameOf);
  }
  get positions(): number[] {
    return this.entries.map((entry) => entry.position);
  }
}
