import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identifyProcess, isAlive, type ProcessIdentity } from '@spillway/local-nodes';
import { RunFile } from './run-file.js';

describe('RunFile', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spillway-run-'));
    path = join(folder, 'run.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const ourselves = identifyProcess(process.pid);
  const noProcess = { pid: process.pid, startTime: 'long ago' };
  const claim = async () => {
    const orphans: [string, ProcessIdentity][] = [];
    const file = await RunFile.claim(path, async (name, orphan) => void orphans.push([name, orphan]));
    return { file, orphans };
  };

  it('refuses a second claim while the first holder lives, and names it', async () => {
    await claim();
    await expect(claim()).rejects.toThrow(`running here already (pid ${process.pid}, see ${path})`);
  });

  it('lists the processes that were started, the latest run of each', async () => {
    const { file } = await claim();
    file.set('nats', process.ppid);
    file.set('nats', process.pid);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ supervisor: ourselves, nats: ourselves });
  });

  it('leaves nothing behind when it is removed', async () => {
    const { file } = await claim();
    file.set('nats', process.pid);
    file.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over from a holder that is gone, and hands over what it left, the latest first', async () => {
    const left = { supervisor: noProcess, nats: ourselves, router: ourselves };
    writeFileSync(path, JSON.stringify(left));
    const { orphans } = await claim();
    expect(orphans).toEqual([
      ['router', ourselves],
      ['nats', ourselves],
    ]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ supervisor: ourselves });
  });

  it('does not take a process for one of its own that got the pid later', async () => {
    writeFileSync(path, JSON.stringify({ supervisor: noProcess, nats: noProcess }));
    expect((await claim()).orphans).toEqual([]);
  });

  it('takes over from a file that was cut short', async () => {
    writeFileSync(path, '{"supervisor": {"pi');
    expect((await claim()).orphans).toEqual([]);
  });
});

describe('isAlive', () => {
  it('holds for a process until it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    const identity = identifyProcess(child.pid ?? 0);
    expect(identity && isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identity && isAlive(identity)).toBe(false);
  });
});
