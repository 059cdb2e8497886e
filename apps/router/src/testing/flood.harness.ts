import { setTimeout as delay } from 'node:timers/promises';
import { subjectOf, type Heartbeat } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit';

/** A message no fold may take in, and what it must be counted as. */
export interface BadMessage {
  readonly subject: string;
  readonly payload: unknown;
  readonly counted: string;
}

const rejected = (reason: string) => `spillway_log_rejected_total{reason="${reason}"}`;
const UNKNOWN_REGION = 'spillway_log_entries_total{outcome="unknown-region"}';

/** One of each kind, in the name of a node that is there, or of its region. */
export function badMessages(victim: Heartbeat): BadMessage[] {
  const subject = subjectOf.heartbeat(victim.region, victim.nodeId);
  const later = { ...victim, seq: 1_000_000 };
  const { load: _load, ...missing } = later;
  return [
    { subject, payload: { ...later, nodeId: 'somebody-else' }, counted: rejected('subject-mismatch') },
    { subject, payload: { ...later, region: 'us-east-9' }, counted: rejected('subject-mismatch') },
    {
      subject,
      payload: { ...later, load: { ...later.load, egressBps: -1 } },
      counted: rejected('invalid-payload'),
    },
    { subject, payload: missing, counted: rejected('invalid-payload') },
    { subject, payload: null, counted: rejected('invalid-payload') },
    { subject, payload: { ...later, padding: 'x'.repeat(9_000) }, counted: rejected('too-large') },
    { subject, payload: new TextEncoder().encode('{"at":'), counted: rejected('not-json') },
    { subject, payload: new Uint8Array([0xff, 0xfe]), counted: rejected('not-json') },
    { subject: `${subject}.more`, payload: later, counted: rejected('unknown-subject') },
  ];
}

/** A good heartbeat from a region that no policy names. */
export function ghost(i: number): BadMessage {
  const heartbeat = aHeartbeat({ nodeId: `ghost-${i}`, region: 'mars-1', seq: Date.now(), intervalMs: 100 });
  return {
    subject: subjectOf.heartbeat('mars-1', heartbeat.nodeId),
    payload: heartbeat,
    counted: UNKNOWN_REGION,
  };
}

export interface Flood {
  /** Messages a second it came to. */
  readonly rate: number;
  /** By what they must be counted as. */
  readonly sent: ReadonlyMap<string, number>;
}

const TICK_MS = 10;

/** Publishes `perSecond` messages a second, as near as the machine gets to it. */
export async function flood(
  bus: Bus,
  seconds: number,
  perSecond: number,
  next: (n: number) => BadMessage,
): Promise<Flood> {
  const sent = new Map<string, number>();
  const startedAt = performance.now();
  const total = seconds * perSecond;
  for (let n = 0; n < total;) {
    const due = Math.min(total, ((performance.now() - startedAt) / 1000) * perSecond);
    for (; n < due; n++) {
      const { subject, payload, counted } = next(n);
      bus.publish(subject, payload);
      sent.set(counted, (sent.get(counted) ?? 0) + 1);
    }
    await delay(TICK_MS);
  }
  return { rate: total / ((performance.now() - startedAt) / 1000), sent };
}
