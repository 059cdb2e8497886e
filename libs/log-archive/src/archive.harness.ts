import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { subjectOf, type Heartbeat, type LogEntry } from '@spillway/contracts';
import { MemoryBus, MemoryLog, type LogBatch, type LogReading, type LogWindow } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit';
import { exportLog, type ExportOptions } from './export-log.js';
import type { ArchiveEnd } from './lines.js';

export const START_MS = Date.parse('2026-11-22T10:00:00.000Z');

/** A log that tests write to, its clock, and a folder for archives of it. */
export interface LogStage {
  readonly bus: MemoryBus;
  readonly log: MemoryLog;
  /** Log time of what is put next, ms. */
  nowMs: number;
  put(subject: string, payload: unknown): number;
  beat(node: string, seq: number, load?: Partial<Heartbeat['load']>): number;
  /** Exports a window and gives the file's path. */
  export(
    window?: LogWindow,
    name?: string,
    options?: ExportOptions,
  ): Promise<{ path: string; end: ArchiveEnd }>;
}

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

export async function setLog(): Promise<LogStage> {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-archive-'));
  folders.push(folder);
  const log = new MemoryLog(() => stage.nowMs);
  const bus = new MemoryBus(log);
  await bus.provision();
  const put = (subject: string, payload: unknown) => {
    const data = payload instanceof Uint8Array ? payload : new TextEncoder().encode(JSON.stringify(payload));
    return log.append(subject, data) ?? 0;
  };
  const stage: LogStage = {
    bus,
    log,
    nowMs: START_MS,
    put,
    beat: (node, seq, load = {}) =>
      put(
        subjectOf.heartbeat('us-east-1', node),
        aHeartbeat({ nodeId: node, seq, at: new Date(stage.nowMs).toISOString(), load }),
      ),
    export: async (window = {}, name = 'log.jsonl.gz', options = {}) => {
      const path = join(folder, name);
      const about = {
        createdAt: new Date(START_MS).toISOString(),
        createdBy: 'spec',
        asked: { fromMs: timeOf(window.from), toMs: timeOf(window.to) },
        leadMs: 0,
      };
      return { path, end: await exportLog(await bus.readLog(window), path, about, options) };
    },
  };
  return stage;
}

const timeOf = (place: LogWindow['from']) => (place && 'ms' in place ? place.ms : null);

export interface Seen {
  readonly entries: LogEntry[];
  readonly gaps: NonNullable<LogBatch['gap']>[];
  readonly rejected: number[];
}

/** Everything a reading shows. */
export async function see(reading: LogReading): Promise<Seen> {
  const seen: Seen = { entries: [], gaps: [], rejected: [] };
  for await (const { gap, entries, rejected } of reading.batches()) {
    if (gap) seen.gaps.push(gap);
    seen.entries.push(...entries);
    seen.rejected.push(...rejected.map(({ position }) => position));
  }
  return seen;
}
