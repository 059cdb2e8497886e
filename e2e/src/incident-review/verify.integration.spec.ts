import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import { CLOUD_SECRET } from '../control-loop/cloud.harness.js';
import { MASTER_SECRET } from '../control-loop/programs.harness.js';
import { startProcess, type EndedProcess } from '../processes.js';
import { changeOneLoad } from './changed-load.harness.js';
import { addressesIn, readRawLog } from './raw-log.harness.js';
import { HOT, recordRun, type RecordedRun } from './recorded-run.harness.js';

/** A million in the long run, in rounds in which more happens one after the other. */
const [DECISIONS, ROUND_MS, LIMIT_MS] = process.env['SOAK']
  ? [1_000_000, 150_000, 3_600_000]
  : [20_000, 28_000, 180_000];
const SPILLWAY = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));

jest.setTimeout(LIMIT_MS);

interface Count {
  readonly all: number;
  readonly differ: number;
  readonly unverifiable: number;
}
interface Verification {
  readonly decisions: Count;
  readonly refusals: Count;
  readonly unverifiable: Readonly<Record<string, number>>;
  readonly differences: readonly object[];
}

const spillway = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<EndedProcess> =>
  startProcess(process.execPath, [SPILLWAY, ...args], { ...process.env, ...env }).ended;

async function verify(file: string): Promise<Verification & { exitCode: number | null; seconds: number }> {
  const begun = performance.now();
  const { output, exitCode } = await spillway(['replay', '--file', file, '--verify', '--json']);
  const { verification } = JSON.parse(output) as { verification: Verification };
  return { ...verification, exitCode, seconds: (performance.now() - begun) / 1000 };
}

describeWith(['nats-server'], 'decisions of four routers while a region fills up and much is lost', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spillway-verify-'));
  const file = join(scratch, 'incident.jsonl.gz');
  let run: RecordedRun;
  beforeAll(async () => {
    run = await recordRun(DECISIONS, ROUND_MS);
    const args = ['log', 'export', '--from', '-2h', '--lead', '0s', file];
    const { exitCode, output } = await spillway(args, { NATS_URL: run.natsUrl });
    if (exitCode !== 0) throw new Error(output);
  }, LIMIT_MS);
  afterAll(async () => {
    await run?.stop();
    rmSync(scratch, { recursive: true, force: true });
  }, 60_000);

  it('are all derived again from the log, and come out the same', async () => {
    const { decisions, refusals, unverifiable, differences, exitCode, seconds } = await verify(file);
    process.stdout.write(
      `${run.answered} answers in ${run.rounds} rounds; verified in ${seconds.toFixed(1)} s: ` +
        `${JSON.stringify({ decisions, refusals, unverifiable })}\n`,
    );
    expect({ exitCode, differences }).toEqual({ exitCode: 0, differences: [] });
    expect(decisions.all).toBeGreaterThanOrEqual(DECISIONS);
    // But for what a router had not told yet that was killed.
    expect(decisions.all).toBeGreaterThan(run.answered - 1_000 * run.rounds);
    // A server that is killed may lose what it stored last: a gap for those who had read it.
    const { gap = 0, 'lost-decisions': lost = 0, restored = 0, ...others } = unverifiable;
    expect(others).toEqual({});
    expect(gap + lost + restored).toBeLessThan(0.05 * decisions.all);
  });

  it('leave no secret, no credential, and no name or address of a client on log, archive and page', async () => {
    const html = join(scratch, 'incident.html');
    const { exitCode } = await spillway(['replay', '--file', file, '--html', html]);
    expect(exitCode).toBe(0);
    const texts = {
      log: await readRawLog(run.natsUrl),
      archive: gunzipSync(readFileSync(file)).toString(),
      page: readFileSync(html, 'utf8'),
    };
    const secrets = [...run.secrets, MASTER_SECRET, CLOUD_SECRET];
    const [address = ''] = run.addresses;
    expect([secrets.length >= 10, addressesIn(`{"ip":"${address}"}`)]).toEqual([true, new Set([address])]);
    for (const [where, text] of Object.entries(texts)) {
      expect(text.length).toBeGreaterThan(50_000);
      const found = secrets.filter((secret) => text.includes(secret));
      const addresses = [...addressesIn(text)].filter((each) => run.addresses.has(each));
      expect({ where, found, addresses }).toEqual({ where, found: [], addresses: [] });
    }
  });

  it('differ where a single load on the log was changed', async () => {
    const changed = join(scratch, 'changed.jsonl.gz');
    changeOneLoad(file, changed, HOT);
    const { decisions, differences, exitCode } = await verify(changed);
    process.stdout.write(`One load changed: ${JSON.stringify({ decisions, first: differences[0] })}\n`);
    expect(exitCode).toBe(1);
    expect(decisions.differ).toBeGreaterThan(0);
  });
});
