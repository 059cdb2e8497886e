import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identifyProcess } from '@spillway/local-nodes';
import { AddedNodes } from './added-nodes.js';

describe('AddedNodes', () => {
  let folder: string;
  const pids: number[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spillway-added-'));
    for (const each of ['instances', 'regions', 'files']) mkdirSync(join(folder, each));
  });
  afterEach(() => {
    for (const pid of pids.splice(0)) if (identifyProcess(pid)) process.kill(-pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** A process in a group of its own. */
  async function run(...args: string[]): Promise<number> {
    const script = 'console.log(1); setInterval(() => {}, 1000)';
    const child = spawn(process.execPath, ['-e', script, ...args], { detached: true });
    await once(child.stdout, 'data');
    pids.push(child.pid ?? 0);
    return child.pid ?? 0;
  }
  const record = (name: string, content: object) =>
    writeFileSync(join(folder, 'instances', `${name}.json`), JSON.stringify(content));
  const areGone = () => pids.every((pid) => identifyProcess(pid) === undefined);

  it('ends what is written down, and what was started but not written down', async () => {
    const [coturn, reporter] = [await run(), await run()];
    await run(join(folder, 'files', 'eu-s2', '/'));
    record('eu-s1', {
      instanceId: 'eu-s1',
      coturn: identifyProcess(coturn),
      reporter: identifyProcess(reporter),
    });
    const added = new AddedNodes(folder);
    expect(await added.end()).toBe(1);
    expect(areGone()).toBe(true);
    expect(existsSync(join(folder, 'regions'))).toBe(true);
    expect(await added.end()).toBe(0);
  });

  it('leaves alone a process that has got the pid of one that is gone', async () => {
    const other = await run();
    record('eu-s1', { coturn: { pid: other, startTime: 'long ago' } });
    await new AddedNodes(folder).end();
    expect(areGone()).toBe(false);
  });

  it('kills them at once where there is no time', async () => {
    const coturn = await run();
    record('eu-s1', { coturn: identifyProcess(coturn) });
    record('eu-s2', { coturn: 'nonsense' });
    new AddedNodes(folder).kill();
    while (!areGone()) await new Promise((resolve) => setImmediate(resolve));
    expect(areGone()).toBe(true);
  });

  it('has nothing to do where nothing was ever added', async () => {
    rmSync(folder, { recursive: true });
    expect(await new AddedNodes(folder).end()).toBe(0);
    mkdirSync(folder);
  });
});
