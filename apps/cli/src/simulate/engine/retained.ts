import { ISSUED_WINDOW_SECONDS, subjectOf, type LogEntry, type LogEvent } from '@spillway/contracts';

/** What a process that starts reads: the last entry of every subject, and the `issued` batches of the last half minute. */
export class Retained {
  private readonly lastOf = new Map<string, LogEntry>();
  private readonly issued: LogEntry[] = [];
  /** Of the batches, so many at the beginning are too old. */
  private old = 0;

  keep(entry: LogEntry): void {
    if (entry.event.kind !== 'issued') {
      this.lastOf.set(subjectFor(entry.event), entry);
      return;
    }
    this.issued.push(entry);
    const limit = entry.at - ISSUED_WINDOW_SECONDS * 1000;
    while ((this.issued[this.old]?.at ?? Infinity) < limit) this.old++;
    // A little at a time would be slow, and a few batches more than asked for do no harm.
    if (this.old <= this.issued.length / 2) return;
    this.issued.splice(0, this.old);
    this.old = 0;
  }

  /** In the order of the log. */
  read(): LogEntry[] {
    return [...this.lastOf.values(), ...this.issued].sort((a, b) => a.position - b.position);
  }
}

function subjectFor(event: Exclude<LogEvent, { kind: 'issued' }>): string {
  switch (event.kind) {
    case 'heartbeat':
      return event.heartbeat.nodeId;
    case 'command':
      return subjectOf.command(event.region, event.node);
    case 'policy':
      return event.kind;
    case 'overload':
    case 'spillover':
    case 'scale':
      return `${event.region}.${event.kind}`;
  }
}
