import type { ArchiveEnd, ArchiveHeader, FileReading } from '@spillway/log-archive';
import type { LogEntry } from '@spillway/contracts';
import type { WindowGap } from '@spillway/messaging';

type Kind = LogEntry['event']['kind'];

/** What is in an archive. */
export interface ArchiveSummary {
  readonly header: ArchiveHeader;
  /** Times of the first and the last entry, log time in ms. */
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
  readonly entries: number;
  readonly kinds: Readonly<Partial<Record<Kind, number>>>;
  readonly nodes: number;
  readonly routers: number;
  readonly regions: readonly string[];
  readonly decisions: number;
  readonly refusals: number;
  /** Messages that no fold may see, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly gaps: readonly WindowGap[];
  /** `null` when the file has no end. */
  readonly end: ArchiveEnd | null;
}

/** Gaps that are listed; a log whose retention goes by subject is full of them. */
const MAX_GAPS = 1_000;

/** Reads all of an archive and counts. */
export async function summarize(
  header: ArchiveHeader,
  reading: FileReading,
  onPosition: (position: number) => void = () => {},
): Promise<ArchiveSummary> {
  const tally = new Tally();
  const gaps: WindowGap[] = [];
  const rejected: Record<string, number> = {};
  for await (const batch of reading.batches()) {
    if (batch.gap && gaps.length < MAX_GAPS) gaps.push(batch.gap);
    for (const { reason } of batch.rejected) rejected[reason] = (rejected[reason] ?? 0) + 1;
    for (const entry of batch.entries) tally.add(entry);
    onPosition(batch.position);
  }
  return { header, ...tally.result, rejected, gaps, end: reading.end ?? null };
}

class Tally {
  private firstAtMs: number | null = null;
  private lastAtMs: number | null = null;
  private entries = 0;
  private readonly kinds: Partial<Record<Kind, number>> = {};
  private readonly nodes = new Set<string>();
  private readonly routers = new Set<string>();
  private readonly regions = new Set<string>();
  private decisions = 0;
  private refusals = 0;

  add({ at, event }: LogEntry): void {
    this.firstAtMs ??= at;
    this.lastAtMs = at;
    this.entries++;
    this.kinds[event.kind] = (this.kinds[event.kind] ?? 0) + 1;
    if (event.kind === 'heartbeat') {
      this.nodes.add(`${event.heartbeat.region}/${event.heartbeat.nodeId}`);
      this.regions.add(event.heartbeat.region);
    }
    if (event.kind === 'issued') {
      this.routers.add(event.issued.routerId);
      this.decisions += event.issued.decisions.length;
      this.refusals += event.issued.refused?.length ?? 0;
    }
  }

  get result() {
    const { firstAtMs, lastAtMs, entries, kinds, decisions, refusals } = this;
    const counts = { nodes: this.nodes.size, routers: this.routers.size, regions: [...this.regions].sort() };
    return { firstAtMs, lastAtMs, entries, kinds, ...counts, decisions, refusals };
  }
}
