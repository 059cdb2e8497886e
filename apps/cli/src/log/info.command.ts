import { stat } from 'node:fs/promises';
import { Archive } from '@spillway/log-archive';
import { Command } from 'commander';
import { ExitStatus } from '../exit-status.js';
import { print } from '../print.js';
import { summarize, type ArchiveSummary } from './archive-summary.js';
import { describeSummary } from './describe-summary.js';
import { interruptible } from './interrupted.js';
import { ProgressLine, shareRead } from './progress-line.js';
import { percent } from './wording.js';

/** The file can be read, but not all of it is as it was written. */
const EXIT_DAMAGED = 1;

export function infoCommand(): Command {
  return new Command('info')
    .description('say what is in an archive of the log, and whether it is whole')
    .argument('<file>', 'what spillway log export has written')
    .option('--json', 'JSON instead of text')
    .action(async (file: string, { json }: { json?: true }, command: Command) => {
      const summary = await interruptible('the archive was not read to its end', (signal) =>
        read(file, signal),
      );
      const { size } = await stat(file);
      if (json) print(command, JSON.stringify({ ...summary, bytes: size }, null, 2));
      else for (const line of describeSummary(file, summary, size)) print(command, line);
      if (!isWhole(summary)) throw new ExitStatus(EXIT_DAMAGED);
    });
}

async function read(file: string, signal: AbortSignal): Promise<ArchiveSummary> {
  const archive = await Archive.open(file);
  const progress = new ProgressLine();
  try {
    return await summarize(archive.header, archive.read({}, signal), (position) =>
      progress.show(() => `${percent(shareRead(position, archive.header))} read`),
    );
  } finally {
    progress.clear();
  }
}

/** What the log itself had lost is no damage of the file. */
function isWhole({ end, gaps }: ArchiveSummary): boolean {
  return end !== null && gaps.every(({ cause }) => cause === 'retention' || cause === 'new-stream');
}
