import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import { PARTS } from './parts/index.js';
import type { PartResult } from './suite/results.js';

jest.setTimeout(240_000);

const MAIN = new URL('../dist/main.js', import.meta.url).pathname;
const PYTHON_PACKAGES = ['fastapi', 'uvicorn', 'redis', 'maxminddb'];
const WITH_REDIS = 'seed';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-bench-spec-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs one part for as short as it can be. @returns what it wrote. */
async function smoke(part: string): Promise<PartResult[]> {
  const args = ['--only', part, '--smoke', '--out', join(folder, part)];
  await promisify(execFile)(process.execPath, [MAIN, ...args], { timeout: 200_000 });
  return JSON.parse(readFileSync(join(folder, part, 'speed.json'), 'utf8')) as PartResult[];
}

/** Figures that cannot be, by what they are of. */
function faultsOf({ figures }: PartResult): string[] {
  const faulty = figures.filter(
    ({ what, value }) => !Number.isFinite(value) || (what.endsWith('lost') && value !== 0),
  );
  return figures.length === 0 ? ['no figures'] : faulty.map(({ what }) => what);
}

describeWith(['nats-server'], 'a short run of the benchmarks', () => {
  it.each(PARTS.map(({ name }) => name).filter((name) => name !== WITH_REDIS))(
    'measures the part %s and writes it down',
    async (part) => {
      const results = await smoke(part);
      expect(results.map((result) => [result.name, faultsOf(result)])).toEqual([[part, []]]);
    },
  );
});

describeWith(['redis-server', 'redis-cli', ...pythonPackages()], 'a short run against Redis', () => {
  it('measures and writes it down', async () => {
    const results = await smoke(WITH_REDIS);
    expect(results.map((result) => [result.name, faultsOf(result)])).toEqual([[WITH_REDIS, []]]);
  });
});

/** Debian's names of those that its Python has not. */
function pythonPackages(): string[] {
  return PYTHON_PACKAGES.filter(
    (name) => spawnSync('/usr/bin/python3', ['-c', `import ${name}`]).status !== 0,
  ).map((name) => `python3-${name}`);
}
