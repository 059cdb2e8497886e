import { randomUUID } from 'node:crypto';
import {
  LOG_SUBJECTS,
  POLICY_KEY,
  POLICY_SUBJECT,
  subjectOf,
  type Command,
  type Heartbeat,
  type LogEntry,
  type PolicyDocument,
  type Scale,
} from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';

/** Puts a policy in force and heartbeats on the log; all of it is stored then. */
export async function announce(
  bus: Bus,
  policy: PolicyDocument,
  fleet: readonly Heartbeat[] = [],
): Promise<void> {
  const before = await bus.state.get(POLICY_KEY);
  await bus.state.put(POLICY_KEY, policy, before?.revision);
  await bus.record(POLICY_SUBJECT, { at: new Date().toISOString(), policy }, randomUUID());
  for (const heartbeat of fleet) await say(bus, heartbeat);
}

export async function say(bus: Bus, heartbeat: Heartbeat): Promise<void> {
  await bus.record(subjectOf.heartbeat(heartbeat.region, heartbeat.nodeId), heartbeat, randomUUID());
}

/** What comes on the log, as it comes. */
export class HeardLog {
  readonly entries: LogEntry[] = [];

  static async of(bus: Bus, filter = LOG_SUBJECTS): Promise<HeardLog> {
    const heard = new HeardLog();
    await bus.follow({ onEntry: (entry) => void heard.entries.push(entry) }, { filter });
    return heard;
  }

  of<Kind extends LogEntry['event']['kind']>(kind: Kind): Extract<LogEntry['event'], { kind: Kind }>[] {
    const isOfKind = (event: LogEntry['event']): event is Extract<LogEntry['event'], { kind: Kind }> =>
      event.kind === kind;
    return this.entries.map(({ event }) => event).filter(isOfKind);
  }

  plans(region: string): Scale[] {
    return this.of('scale').flatMap((event) => (event.region === region ? [event.scale] : []));
  }

  commands(node: string): Command[] {
    return this.of('command').flatMap((event) => (event.node === node ? [event.command] : []));
  }
}
