import { ISSUED_WINDOW_SECONDS, type LogEntry, type LogEvent } from '@spillway/contracts';

/**
 * What a process reads of the log that starts at a position: the last entry of every subject, and the `issued` batches
 * of the last half minute. As large as the fleet, however long the log.
 */
export class Retained {
  private readonly lastOf = new Map<string, LogEntry>();
  private issued: LogEntry[] = [];
  /** Those before are too old. */
  private firstIssued = 0;
  private lastAt = 0;
  private last = 0;

  /** Position of the last entry kept; 0 before the first. */
  get position(): number {
    return this.last;
  }

  clone(): Retained {
    const copy = new Retained();
    for (const [subject, entry] of this.lastOf) copy.lastOf.set(subject, entry);
    copy.issued = this.issued.slice(this.firstIssued);
    copy.lastAt = this.lastAt;
    copy.last = this.last;
    return copy;
  }

  keep(entry: LogEntry): void {
    this.last = entry.position;
    this.lastAt = Math.max(this.lastAt, entry.at);
    if (entry.event.kind === 'issued') this.issued.push(entry);
    else this.lastOf.set(subjectFor(entry.event), entry);
    this.dropOld();
  }

  /** In the order of the log. */
  entries(): LogEntry[] {
    const issued = this.issued.slice(this.firstIssued);
    return [...this.lastOf.values(), ...issued].sort((a, b) => a.position - b.position);
  }

  private dropOld(): void {
    const since = this.lastAt - ISSUED_WINDOW_SECONDS * 1000;
    while ((this.issued[this.firstIssued]?.at ?? Infinity) < since) this.firstIssued++;
    if (this.firstIssued <= this.issued.length / 2) return;
    this.issued = this.issued.slice(this.firstIssued);
    this.firstIssued = 0;
  }
}

/** Tells subjects apart as their names do; `issued` batches are kept by time. */
function subjectFor(event: Exclude<LogEvent, { kind: 'issued' }>): string {
  switch (event.kind) {
    case 'heartbeat':
      return `${event.heartbeat.region}/${event.heartbeat.nodeId}`;
    case 'command':
      return `command ${event.region}/${event.node}`;
    case 'policy':
      return event.kind;
    case 'overload':
    case 'spillover':
    case 'scale':
      return `${event.kind} ${event.region}`;
  }
}
