import type { LogEntry } from '@spillway/contracts';
import type { Following, NatsBus } from '@spillway/messaging';

type EventKind = LogEntry['event']['kind'];
type EventOf<Kind extends EventKind> = Extract<LogEntry['event'], { kind: Kind }>;
export type EntryOf<Kind extends EventKind> = Omit<LogEntry, 'event'> & { readonly event: EventOf<Kind> };

/** Everything on the log from when it began to look, but for heartbeats, which it only counts. */
export class LogWitness {
  readonly entries: LogEntry[] = [];
  heartbeats = 0;
  rejected: string[] = [];
  /** Told of each as it comes; a spec may set it. */
  onEntry: (entry: LogEntry) => void = () => {};
  private readonly listeners: ((entry: LogEntry) => void)[] = [];
  private following: Following | undefined;

  async start(bus: NatsBus): Promise<void> {
    this.following = await bus.follow({
      onEntry: (entry) => {
        if (entry.event.kind === 'heartbeat') this.heartbeats++;
        else this.entries.push(entry);
        this.onEntry(entry);
        for (const listener of this.listeners) listener(entry);
      },
      onRejected: ({ subject, reason, detail }) =>
        void this.rejected.push(`${subject}: ${reason}, ${detail}`),
    });
  }

  /** Told of each as it comes, besides `onEntry`. */
  tell(listener: (entry: LogEntry) => void): void {
    this.listeners.push(listener);
  }

  of<Kind extends EventKind>(kind: Kind): EntryOf<Kind>[] {
    return this.entries.filter((entry): entry is LogEntry & EntryOf<Kind> => entry.event.kind === kind);
  }

  /** What the autoscaler planned to do in a region, and why. @param from how many plans and reports to pass over. */
  stepsIn(region: string, from = 0): string[] {
    return this.of('scale')
      .slice(from)
      .filter(({ event }) => event.region === region && event.scale.outcome === 'planned')
      .flatMap(({ event }) => event.scale.reasons.filter(({ isTaken }) => isTaken))
      .map(({ step, code, detail }) => `${step}: ${code}, ${detail}`);
  }

  async stop(): Promise<void> {
    await this.following?.stop();
  }
}
