import { styleText } from 'node:util';
import { Command } from 'commander';
import { ExitStatus } from '../exit-status.js';
import { interruptible } from '../log/interrupted.js';
import { describeReading, ProgressLine } from '../log/progress-line.js';
import { addLogOptions, sourceOf, withLog, type LogOptions } from '../log/with-log.js';
import { parseList } from '../options.js';
import { print } from '../print.js';
import { UsageError } from '../usage-error.js';
import { drawPage } from './page/draw-page.js';
import { PageFile } from './page/page-file.js';
import { review, type Review } from './review.js';
import { drawIncident, type DrawOptions } from './text/draw-incident.js';
import {
  describeHoles,
  describeVerification,
  type VerificationReport,
} from './verify/describe-verification.js';

interface ReplayOptions extends LogOptions {
  readonly region?: string[];
  readonly details?: true;
  readonly json?: true;
  readonly html?: string;
  readonly force?: true;
  readonly verify?: true;
}

/** Decisions differ from what is derived from the log. */
const EXIT_DIFFERENT = 1;
/** None differs, but the file is cut off or damaged: not all was verified. */
const EXIT_NOT_WHOLE = 3;

export function replayCommand(): Command {
  return addLogOptions(new Command('replay'))
    .description(
      'what happened in a part of the log: a timeline, a page with charts, and whether every decision can be derived again',
    )
    .option('--region <regions>', 'tell of these only, and of what concerns the whole fleet', parseList)
    .option('--details', 'tell also what matters little')
    .option('--json', 'print it as JSON, with the series behind the charts')
    .option('--html <file>', 'write a page with charts, to be opened from disk or attached to a ticket')
    .option('--force', 'overwrite the page')
    .option(
      '--verify',
      'derive every recorded decision again; exit code 1 when one differs, 3 when the file is not whole',
    )
    .action(async (options: ReplayOptions, command: Command) => {
      const page =
        options.html === undefined ? undefined : new PageFile(options.html, options.force ?? false);
      await page?.check();
      const found = await interruptible('nothing was written', (signal) => reviewed(options, signal));
      refuseUnknown(options.region, found);
      await page?.write(await drawPage(found.incident, found.verification));
      answer(found, options, (text) => print(command, text));
      const exitCode = found.verification ? exitCodeOf(found.verification) : 0;
      if (exitCode !== 0) throw new ExitStatus(exitCode);
    });
}

async function reviewed(options: ReplayOptions, signal: AbortSignal): Promise<Review> {
  const progress = new ProgressLine();
  const begun = performance.now();
  try {
    return await withLog(
      options,
      (log) =>
        review(log, {
          source: sourceOf(options),
          verifies: options.verify === true,
          tells: !isVerifyOnly(options),
          ...(options.region && { regions: options.region }),
          onProgress: (position) => {
            progress.show(() => describeReading(position, log.reading.info, performance.now() - begun));
          },
        }),
      signal,
    );
  } finally {
    progress.clear();
  }
}

function exitCodeOf({ decisions, refusals, isFileWhole }: VerificationReport): number {
  if (decisions.differ + refusals.differ > 0) return EXIT_DIFFERENT;
  return isFileWhole ? 0 : EXIT_NOT_WHOLE;
}

function answer(
  { incident, verification }: Review,
  options: ReplayOptions,
  say: (text: string) => void,
): void {
  if (options.html !== undefined && !options.json) say(`${options.html} is written: open it in a browser`);
  if (options.json) say(JSON.stringify({ ...(!isVerifyOnly(options) && incident), verification }));
  else if (options.html === undefined && !options.verify) say(drawIncident(incident, drawing(options)));
  if (!verification || options.json) return;
  for (const line of describeVerification(verification)) say(line);
  // Else they are told with all that happened.
  if (isVerifyOnly(options)) for (const line of describeHoles(verification)) say(line);
}

const isVerifyOnly = ({ verify, html }: ReplayOptions) => verify === true && html === undefined;

function drawing({ details }: ReplayOptions): DrawOptions {
  const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'];
  return {
    withDetails: details === true,
    emphasize: (text: string) => (isColoured ? styleText('red', text) : text),
  };
}

/** @throws {UsageError} when nothing of the log is in a region that was asked for. */
function refuseUnknown(asked: readonly string[] = [], { incident }: Review): void {
  const known = incident.regions.map(({ region }) => region);
  const unknown = asked.filter((region) => !known.includes(region));
  if (unknown.length > 0 && known.length + incident.totals.entries > 0) {
    throw new UsageError(`--region ${unknown.join(',')}: there is no such region in this part of the log`);
  }
}
