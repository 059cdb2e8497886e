import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import type { Figure } from '../suite/figure.js';
import type { Part } from '../suite/part.js';

const SCRIPT = fileURLToPath(new URL('../measure-replay.js', import.meta.url));
const MESSAGES = 250_000;
const SMOKE_MESSAGES = 20_000;
const PER_SECOND = 'both a CPU second';

export const replay: Part = {
  name: 'replay',
  title: 'Replay',
  about:
    'Messages and decisions of a recorded log that `spillway replay` reads into a timeline, or derives again with `--verify`, in a second of CPU of all threads; `npm run replay -w bench` has more of it.',
  async run({ isSmoke, say }) {
    const messages = isSmoke ? SMOKE_MESSAGES : MESSAGES;
    say(`a log of ${messages.toLocaleString('en')} messages`);
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, `${messages}`]);
    return readTable(stdout).map((row): Figure => ({
      what: `${row['what'] ?? ''}, messages and decisions a CPU second`,
      value: Number(row[PER_SECOND]),
      detail: Object.entries(row)
        .filter(([head]) => head !== 'what' && head !== PER_SECOND)
        .map(([head, cell]) => `${head} ${cell}`)
        .join(', '),
    }));
  },
};

/** The rows of a table as it was printed, by the heads of its columns. */
function readTable(printed: string): Record<string, string>[] {
  const lines = stripVTControlCharacters(printed).split('\n');
  const cells = lines.filter((line) => line.startsWith('│')).map((line) => line.split('│').slice(1, -1));
  const [heads = [], ...rows] = cells.map((row) => row.map((cell) => cell.trim()));
  return rows.map((row) => Object.fromEntries(heads.map((head, i) => [head, row[i] ?? ''])));
}
