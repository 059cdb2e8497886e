import { randomUUID } from 'node:crypto';
import {
  ISSUED_SUBJECTS,
  ISSUED_WINDOW_SECONDS,
  POLICY_SUBJECT,
  subjectOf,
  type Heartbeat,
  type LogEntry,
  type PolicyDocument,
} from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';

/** Puts a policy and heartbeats on the log; all of it is stored then. */
export async function announce(bus: Bus, policy: PolicyDocument, fleet: readonly Heartbeat[]): Promise<void> {
  await bus.record(POLICY_SUBJECT, { at: new Date().toISOString(), policy }, randomUUID());
  for (const heartbeat of fleet) {
    await bus.record(subjectOf.heartbeat(heartbeat.region, heartbeat.nodeId), heartbeat, randomUUID());
  }
}

export function publishHeartbeat(bus: Bus, heartbeat: Heartbeat): void {
  bus.publish(subjectOf.heartbeat(heartbeat.region, heartbeat.nodeId), heartbeat);
}

/** Ids of the decisions of the last half minute and from now on, as they come on the log. */
export async function followIssued(bus: Bus): Promise<readonly string[]> {
  const ids: string[] = [];
  const onEntry = ({ event }: LogEntry) => {
    if (event.kind === 'issued') ids.push(...event.issued.decisions.map(({ id }) => id));
  };
  await bus.follow({ onEntry }, { filter: ISSUED_SUBJECTS, issuedWindowSeconds: ISSUED_WINDOW_SECONDS });
  return ids;
}
