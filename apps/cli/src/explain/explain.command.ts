import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { ExitStatus } from '../exit-status.js';
import { interruptible } from '../log/interrupted.js';
import { parseTime } from '../log/parse-time.js';
import { ProgressLine, shareRead } from '../log/progress-line.js';
import { percent } from '../log/wording.js';
import { parseSeconds } from '../options.js';
import { natsOption } from '../policy/nats-option.js';
import { print } from '../print.js';
import { answerQuestion, type Answer } from './answer-question.js';
import { drawAnswer } from './draw-answer.js';
import { readQuestion, type Question, type QuestionOptions } from './question.js';
import { withSearchedLog } from './searched.js';

interface ExplainOptions extends QuestionOptions {
  readonly from?: string;
  readonly to?: string;
  readonly file?: string;
  readonly nats: string;
  readonly json?: true;
}

/** There is nothing to explain. */
const EXIT_NOT_FOUND = 1;
const WITHIN_SECONDS = 30;

export function explainCommand(): Command {
  return new Command('explain')
    .description('why a client got its node: in plain words, derived again from the log')
    .argument(
      '[what]',
      'a decision id, a TURN user name (1795342200:alice), or a line of a coturn or eturnal log in quotes; - reads it from the standard input',
    )
    .option('--user <name>', 'the last decision for this user (also an id that is no TURN user name)')
    .option('--node <id>', 'who was sent to this node, about the time of --at')
    .option('--at <time>', 'such as -30m, 10:15 or 2026-11-22T10:15:00Z')
    .addOption(
      new Option('--within <time>', 'with --node: so long before and after')
        .argParser(parseSeconds)
        .default(WITHIN_SECONDS, '30s'),
    )
    .option('--from <time>', 'with --user: look for decisions from then on (default: all of the log)')
    .option('--to <time>', 'with --user: and up to then')
    .addOption(natsOption())
    .option('--file <archive>', 'read an archive (spillway log export) instead of NATS')
    .option('--json', 'print it as JSON')
    .action(async (what: string | undefined, options: ExplainOptions, command: Command) => {
      const asked = what === '-' ? await text(process.stdin) : what;
      const question = readQuestion(asked, options, Date.now());
      const answer = await interruptible('nothing was changed', (signal) =>
        answered(question, options, signal),
      );
      print(command, options.json ? JSON.stringify({ question, ...answer }) : drawAnswer(answer));
      if (!answer.explanation) throw new ExitStatus(EXIT_NOT_FOUND);
    });
}

async function answered(question: Question, options: ExplainOptions, signal: AbortSignal): Promise<Answer> {
  const { from, to } = options;
  const nowMs = Date.now();
  const window = {
    ...(from !== undefined && { from: { ms: parseTime(from, '--from', nowMs) } }),
    ...(to !== undefined && { to: { ms: parseTime(to, '--to', nowMs) } }),
  };
  const progress = new ProgressLine();
  try {
    return await withSearchedLog(
      options,
      (log, ending) =>
        answerQuestion(log, question, {
          window,
          signal: ending,
          onProgress: (doing, position, read) =>
            progress.show(() => `${doing}: ${percent(shareRead(position, read))} read`),
        }),
      signal,
    );
  } finally {
    progress.clear();
  }
}
