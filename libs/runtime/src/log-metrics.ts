import { Counter, type Registry } from 'prom-client';

/** What every process that folds the log counts of it. */
export class LogMetrics {
  readonly entries: Counter<'outcome'>;
  readonly rejected: Counter<'reason'>;
  readonly gaps: Counter<'cause'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.entries = new Counter({
      name: 'spillway_log_entries_total',
      help: 'Entries of the log, by what became of them in the fold',
      labelNames: ['outcome'],
      registers,
    });
    this.rejected = new Counter({
      name: 'spillway_log_rejected_total',
      help: 'Messages of the log that were dropped unread, by reason',
      labelNames: ['reason'],
      registers,
    });
    this.gaps = new Counter({
      name: 'spillway_log_gaps_total',
      help: 'Times a part of the log was gone before it was read',
      labelNames: ['cause'],
      registers,
    });
  }
}
