import { EventReader, subjectOf, type Issued, type ParsedEvent } from '@spillway/contracts';

/** Batches that are awaited at most; one that comes later is read like any other. */
const MAX_AWAITED = 8;

/** Who says it, and when: what there is of a batch besides what it tells. */
export type BatchHead = Pick<Issued, 'at' | 'routerId' | 'bootId' | 'batch'>;

interface Sent {
  readonly head: BatchHead;
  readonly payload: Uint8Array;
}

/**
 * Reads the log for the router that writes to it. A batch of its own, when it comes as it was sent, is not parsed and
 * checked again, which would hold up answers for milliseconds: the fold takes from it that it came, and its decisions are
 * left out.
 */
export class OwnBatches {
  private readonly subject: string;
  private readonly reader = new EventReader();
  private readonly awaited: Sent[] = [];

  constructor(routerId: string) {
    this.subject = subjectOf.issued(routerId);
  }

  /** This is being sent. */
  await(sent: Sent): void {
    this.awaited.push(sent);
    if (this.awaited.length > MAX_AWAITED) this.awaited.shift();
  }

  read(subject: string, data: Uint8Array): ParsedEvent {
    const own = subject === this.subject ? this.take(data) : undefined;
    if (!own) return this.reader.read(subject, data);
    return { ok: true, event: { kind: 'issued', issued: { ...own.head, decisions: [] } } };
  }

  private take(data: Uint8Array): Sent | undefined {
    const index = this.awaited.findIndex(({ payload }) => Buffer.compare(payload, data) === 0);
    return index < 0 ? undefined : this.awaited.splice(index, 1)[0];
  }
}
