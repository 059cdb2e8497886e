import { Archive } from '@spillway/log-archive';
import type { LogReading } from '@spillway/messaging';
import { Option, type Command } from 'commander';
import { parseSeconds } from '../options.js';
import { natsOption } from '../policy/nats-option.js';
import { withBus } from '../with-bus.js';
import { askOfArchive, askOfLog, windowOf, type AskedOptions, type AskedWindow } from './asked-window.js';

/** A tenth of the default retention is 24 minutes: that often everything that holds is said again on the log. */
const LEAD_SECONDS = 1800;

export interface LogOptions extends AskedOptions {
  readonly file?: string;
  readonly nats: string;
}

/** A part of the log, and the part of that which somebody wants to look at. */
export interface OpenedLog {
  readonly reading: LogReading;
  readonly asked: AskedWindow;
}

/** Where the log is read, to be shown. */
export function sourceOf({ file, nats }: LogOptions): string {
  return file ?? nats.replaceAll(/\/\/[^@,]*@/g, '//');
}

/** Options of every command that looks at a part of the log. */
export function addLogOptions(command: Command): Command {
  return addTimeOptions(command).option(
    '--file <archive>',
    'read an archive (spillway log export) instead of NATS',
  );
}

export function addTimeOptions(command: Command): Command {
  return command
    .option('--from <time>', 'such as -30m, 10:15 or 2026-11-22T10:15:00Z (default: an hour before the end)')
    .option('--to <time>', 'the same (default: now)')
    .addOption(
      new Option('--lead <time>', 'read so much before it, until the state is whole')
        .argParser(parseSeconds)
        .default(LEAD_SECONDS, '30m'),
    )
    .addOption(natsOption());
}

/**
 * Opens the part of the log that the options name, of NATS or of a file, for one piece of work.
 * @throws {UsageError}, {ArchiveError}, {LogReadError}, and as `withBus`.
 */
export async function withLog<T>(
  options: LogOptions,
  work: (log: OpenedLog) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const nowMs = Date.now();
  if (options.file !== undefined) {
    const archive = await Archive.open(options.file);
    const asked = askOfArchive(options, archive.header, nowMs);
    return work({ asked, reading: archive.read(windowOf(asked), signal) });
  }
  const asked = askOfLog(options, nowMs);
  return withBus(
    options.nats,
    async (bus, ending) => work({ asked, reading: await bus.readLog(windowOf(asked), ending) }),
    { workMs: Infinity, ...(signal && { signal }) },
  );
}
