import { styleText } from 'node:util';
import { Command } from 'commander';
import { interruptible } from '../log/interrupted.js';
import { describeReading, ProgressLine } from '../log/progress-line.js';
import { addLogOptions, sourceOf, withLog, type LogOptions } from '../log/with-log.js';
import { print } from '../print.js';
import { addChangeOptions, changeOf, type ChangeOptions } from './changes.js';
import { Comparison } from './comparison.js';
import { drawReport } from './draw-report.js';
import { reportComparison, type WhatIfReport } from './report.js';

interface WhatIfOptions extends LogOptions, ChangeOptions {
  readonly json?: true;
}

export function whatIfCommand(): Command {
  return addChangeOptions(addLogOptions(new Command('what-if')))
    .description(
      'what a part of the log would have been under another policy, another strategy, or with more nodes: the recorded clients are placed again',
    )
    .option('--json', 'print it as JSON')
    .action(async (options: WhatIfOptions, command: Command) => {
      const report = await interruptible('nothing was compared', (signal) => compared(options, signal));
      print(command, options.json ? JSON.stringify(report) : drawReport(report, emphasize));
    });
}

async function compared(options: WhatIfOptions, signal: AbortSignal): Promise<WhatIfReport> {
  const change = changeOf(options);
  const progress = new ProgressLine();
  const begun = performance.now();
  try {
    return await withLog(
      options,
      async ({ reading, asked }) => {
        const comparison = new Comparison(change, asked.fromMs ?? undefined);
        for await (const batch of reading.batches()) {
          comparison.take(batch);
          progress.show(() => describeReading(batch.position, reading.info, performance.now() - begun));
        }
        const source = sourceOf(options);
        const addedNodes = change.addedNodes ?? new Map<string, number>();
        return reportComparison(comparison, { source, asked, info: reading.info, addedNodes });
      },
      signal,
    );
  } finally {
    progress.clear();
  }
}

function emphasize(text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText('red', text) : text;
}
