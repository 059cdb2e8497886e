import { exportLog, type Exported } from '@spillway/log-archive';
import type { Bus, LogWindowInfo } from '@spillway/messaging';
import { Command } from 'commander';
import { print } from '../print.js';
import { UsageError } from '../usage-error.js';
import { version } from '../version.js';
import { withBus } from '../with-bus.js';
import { askOfLog, windowOf, type AskedWindow } from './asked-window.js';
import { interruptible } from './interrupted.js';
import { ProgressLine, shareRead } from './progress-line.js';
import { addTimeOptions, type LogOptions } from './with-log.js';
import { bytes, count, duration, percent, time } from './wording.js';

interface ExportOptions extends LogOptions {
  readonly force?: true;
}

export function exportCommand(): Command {
  return addTimeOptions(new Command('export'))
    .description('write a part of the log to a file, to be attached to a ticket and replayed anywhere')
    .argument('<file>', 'such as incident.jsonl.gz')
    .option('--force', 'overwrite it')
    .action(async (file: string, { force, nats, ...options }: ExportOptions, command: Command) => {
      if (file.endsWith('.zst')) {
        throw new UsageError('archives are packed with gzip: name the file incident.jsonl.gz');
      }
      const job = { file, asked: askOfLog(options, Date.now()), overwrites: force ?? false };
      const done = await interruptible(`${file} was not written`, (signal) => run(job, nats, signal));
      for (const line of describeExport(job, done)) print(command, line);
    });
}

interface ExportJob {
  readonly file: string;
  readonly asked: AskedWindow;
  readonly overwrites: boolean;
}

interface Done {
  readonly info: LogWindowInfo;
  readonly exported: Exported;
}

async function run(job: ExportJob, nats: string, signal: AbortSignal): Promise<Done> {
  let running: Promise<Done> | undefined;
  const work = (bus: Bus, ending: AbortSignal) => (running = writeArchive(job, bus, ending));
  try {
    return await withBus(nats, work, { workMs: Infinity, signal });
  } finally {
    // An interruption does not wait for the work to clear away what it began.
    await running?.catch(() => undefined);
  }
}

async function writeArchive(
  { file, asked: { fromMs, toMs, leadMs }, overwrites }: ExportJob,
  bus: Bus,
  signal: AbortSignal,
): Promise<Done> {
  const now = Date.now();
  const reading = await bus.readLog(windowOf({ fromMs, toMs, leadMs }), signal);
  const { info } = reading;
  const about = {
    createdAt: new Date(now).toISOString(),
    createdBy: `spillway ${version()}`,
    asked: { fromMs, toMs: toMs ?? now },
    leadMs,
  };
  const progress = new ProgressLine();
  try {
    const exported = await exportLog(reading, file, about, {
      overwrites,
      onProgress: (at) =>
        progress.show(() => `${percent(shareRead(at.position, info))} read, ${bytes(at.bytes)} written`),
    });
    return { info, exported };
  } finally {
    progress.clear();
  }
}

function describeExport({ file, asked }: ExportJob, { info, exported }: Done): string[] {
  const { beginsLate, firstPosition, lastPosition } = info;
  const { entries, rejected, gaps, leftOut } = exported;
  const from = asked.fromMs === null ? 'the beginning' : time(asked.fromMs);
  const to = asked.toMs === null ? 'now' : time(asked.toMs);
  const what = `${count(entries, 'entry', 'entries')}, ${bytes(exported.bytes)}`;
  return [
    `${file}: ${what}; ${from} to ${to} and ${duration(asked.leadMs)} before it, log positions ${firstPosition} to ${lastPosition}`,
    ...(entries === 0 ? ['nothing was on the log in that time'] : []),
    ...(beginsLate ? [`the log goes back only to ${time(beginsLate.atMs)}: what was before is gone`] : []),
    ...(gaps > 0
      ? [`${count(gaps, 'part')} of the log could not be read any more; the archive says which`]
      : []),
    ...(rejected > 0 ? [`${count(rejected, 'message')} that nobody understands left out`] : []),
    ...(leftOut > 0 ? [`${count(leftOut, 'text')} that looked like an address or a secret left out`] : []),
  ];
}
