// `npm run replay -w bench [-- 250000 1000000 …]`: how fast logs of so many messages are replayed. The figures of
// docs/incident-review.md. Four routers, 200 nodes; one message in seven is a batch of decisions. CPU time is that of
// all threads (unpacking, collecting garbage and compiling too), the least of three runs. Starting is left out: what the
// same takes for the first thousand messages.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportLog } from '@spillway/log-archive';
import Table from 'cli-table3';
import { recordLog } from './replay/recorded-log.js';
import { leastOf, readPlainly, runSpillway, type Usage } from './replay/run-measured.js';

const RUNS = 3;
const FIRST = 1_000;
const FLEET = { nodes: 40, routers: 4, decisions: 4 };

async function writeArchive(path: string, messages: number): Promise<number> {
  let decisions = 0;
  const reading = {
    info: { created: 'bench', firstPosition: 1, lastPosition: messages, beginsLate: null },
    messages: () =>
      recordLog(FLEET, messages, (count) => {
        decisions += count;
      }),
    batches: () => {
      throw new Error('an export takes the messages as they are');
    },
  };
  const about = { createdAt: new Date().toISOString(), createdBy: 'bench', leadMs: 0 };
  await exportLog(reading, path, { ...about, asked: { fromMs: null, toMs: null } });
  return decisions;
}

const folder = mkdtempSync(join(tmpdir(), 'spillway-replay-'));
const table = new Table({
  head: [
    'what',
    'messages',
    'decisions',
    'CPU s',
    'messages a CPU second',
    'both a CPU second',
    'as often as plainly read',
    'peak MiB',
  ],
  style: { head: [] },
});
try {
  const short = join(folder, 'short.jsonl.gz');
  await writeArchive(short, FIRST);
  for (const messages of sizes()) {
    const path = join(folder, `${messages}.jsonl.gz`);
    console.log(`a log of ${messages} messages …`);
    const decisions = await writeArchive(path, messages);
    for (const [what, ...flags] of [
      ['timeline', '--json'],
      ['verify', '--verify'],
    ] as const) {
      const begun = await measure(short, flags);
      const { plain, replay } = await measure(path, flags);
      const workMs = replay.cpuMs - begun.replay.cpuMs;
      table.push([
        what,
        messages,
        decisions,
        (workMs / 1000).toFixed(1),
        Math.round((messages / workMs) * 1000),
        Math.round(((messages + decisions) / workMs) * 1000),
        ((plain.cpuMs - begun.plain.cpuMs) / workMs).toFixed(2),
        replay.peakMiB.toFixed(0),
      ]);
    }
    rmSync(path);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(table.toString());

/** Both in turn: how fast a machine is differs from minute to minute. */
async function measure(path: string, flags: readonly string[]): Promise<{ plain: Usage; replay: Usage }> {
  const plain: Usage[] = [];
  const replay: Usage[] = [];
  for (let run = 0; run < RUNS; run++) {
    plain.push(await readPlainly(path));
    replay.push(await runSpillway(['replay', '--file', path, ...flags]));
  }
  return { plain: leastOf(plain), replay: leastOf(replay) };
}

function sizes(): number[] {
  const asked = process.argv.slice(2).map(Number);
  return asked.length > 0 ? asked : [250_000, 1_000_000];
}
