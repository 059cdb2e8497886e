import { subjectOf, type Basis, type Issued, type LogEntry, type WrittenIssued } from '@spillway/contracts';
import { exportLog } from '@spillway/log-archive';
import type { MessageBatch } from '@spillway/messaging';
import { T0, type Story } from './story.harness.js';

/** Writes a story to an archive, as `spillway log export` would. */
export async function archiveStory({ batches }: Pick<Story, 'batches'>, path: string): Promise<void> {
  const messages: MessageBatch[] = batches.map(({ gap, entries, position }) => ({
    gap,
    position,
    messages: entries.map(messageOf),
  }));
  const info = {
    created: 'spec',
    firstPosition: 1,
    lastPosition: messages.at(-1)?.position ?? 0,
    beginsLate: null,
  };
  const reading = {
    info,
    async *messages() {
      yield* messages;
    },
    batches: () => {
      throw new Error('an export takes the messages as they are');
    },
  };
  const asked = { fromMs: T0, toMs: null };
  await exportLog(reading, path, {
    createdAt: new Date(T0).toISOString(),
    createdBy: 'spec',
    asked,
    leadMs: 0,
  });
}

function messageOf({ position, at, event }: LogEntry): MessageBatch['messages'][number] {
  const [subject, payload] = writtenOf(event, new Date(at).toISOString());
  return { position, at, subject, data: new TextEncoder().encode(JSON.stringify(payload)) };
}

function writtenOf(event: LogEntry['event'], at: string): [string, unknown] {
  switch (event.kind) {
    case 'heartbeat':
      return [subjectOf.heartbeat(event.heartbeat.region, event.heartbeat.nodeId), event.heartbeat];
    case 'issued':
      return [subjectOf.issued(event.issued.routerId), writtenBatch(event.issued)];
    case 'policy':
      return ['turn.v1.policy', { at, policy: event.policy }];
    case 'command':
      return [subjectOf.command(event.region, event.node), event.command];
    case 'overload':
      return [subjectOf.overload(event.region), event.overload];
    case 'spillover':
      return [subjectOf.spillover(event.region), event.spillover];
    case 'scale':
      return [subjectOf.scale(event.region), event.scale];
  }
}

/** Without a basis decisions stay as they are: so the first version wrote them. */
function writtenBatch(issued: Issued): Issued | WrittenIssued {
  const { basis, decisions, ...rest } = issued;
  if (!basis) return issued;
  return { ...rest, basis, decisions: decisions.map((decision) => writtenDecision(decision, basis)) };
}

function writtenDecision(
  { id: _id, ageMs: _ageMs, atMs = 0, position = 0, ...record }: Issued['decisions'][number],
  { fromMs, fromPosition }: Basis,
): WrittenIssued['decisions'][number] {
  return { ...record, ms: atMs - fromMs, read: position - fromPosition };
}
