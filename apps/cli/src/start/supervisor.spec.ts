import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identifyProcess } from '@spillway/local-nodes';
import { RunFile } from './run-file.js';
import type { ServiceSpec } from './service.js';
import { Supervisor } from './supervisor.js';

const byeAfter = (ms: number) =>
  `process.on('SIGTERM', () => setTimeout(() => { console.log('bye', Date.now()); process.exit(); }, ${ms}));`;

describe('Supervisor', () => {
  let folder: string;
  let supervisor: Supervisor;
  let said: string[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spillway-supervisor-'));
    said = [];
    const runFile = await RunFile.claim(join(folder, 'run.json'), async () => {});
    supervisor = new Supervisor(runFile, folder, (line) => said.push(line), 10);
  });
  afterEach(async () => {
    await supervisor.stopAll();
    rmSync(folder, { recursive: true });
  });

  const node = (name: string, script: string): ServiceSpec => {
    const args = ['-e', `${script} console.log('ready'); setInterval(() => {}, 1000);`];
    return { name, command: process.execPath, args, env: {}, stopWithinMs: 500 };
  };
  const logOf = (name: string) => readFileSync(join(folder, `${name}.log`), 'utf8');
  const pidOf = (name: string) => {
    const records = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as Record<
      string,
      { pid: number }
    >;
    return records[name]?.pid ?? 0;
  };
  const until = async (condition: () => boolean) => {
    while (!condition()) await sleep(10);
  };

  it('fails the start when a service dies before the system is up, with the end of its log', async () => {
    const died = once(supervisor.failed, 'abort');
    supervisor.startStage([node('a', `console.log('no room'); process.exit(3);`)]);
    await died;
    expect(supervisor.failed.reason).toMatchObject({ code: 'cannot-start' });
    expect(String(supervisor.failed.reason)).toMatch(/a died \(exit status 3\)[^]*no room/);
  });

  it('fails the start when a program cannot be run', async () => {
    const died = once(supervisor.failed, 'abort');
    supervisor.startStage([{ ...node('a', ''), command: '/nowhere/nats-server' }]);
    await died;
    expect(String(supervisor.failed.reason)).toContain('a died (spawn /nowhere/nats-server ENOENT)');
  });

  it('cannot be marked up when a service has died already', async () => {
    const died = once(supervisor.failed, 'abort');
    supervisor.startStage([node('a', 'process.exit(3);')]);
    await died;
    expect(() => supervisor.markUp()).toThrow('a died (exit status 3)');
  });

  it('tells of a death even when somebody removed the log', async () => {
    const died = once(supervisor.failed, 'abort');
    supervisor.startStage([node('a', '')]);
    rmSync(join(folder, 'a.log'));
    process.kill(pidOf('a'), 'SIGKILL');
    await died;
    expect(String(supervisor.failed.reason)).toMatch(/a died \(SIGKILL\)[^]*ENOENT/);
  });

  it('starts a service again that dies later, and says so', async () => {
    supervisor.startStage([node('a', '')]);
    supervisor.markUp();
    await until(() => logOf('a').includes('ready'));
    const first = pidOf('a');
    process.kill(first, 'SIGKILL');
    await until(() => logOf('a').match(/ready/g)?.length === 2);
    expect(pidOf('a')).not.toBe(first);
    expect(said.join('\n')).toMatch(/a died \(SIGKILL\)[^]*a started again/);
  });

  it('stops stage by stage, the last one first', async () => {
    supervisor.startStage([node('first', byeAfter(0))]);
    supervisor.startStage([node('second', byeAfter(100))]);
    await until(() => ['first', 'second'].every((name) => logOf(name).includes('ready')));
    await supervisor.stopAll();
    const stoppedAt = (name: string) => Number(/bye (\d+)/.exec(logOf(name))?.[1]);
    expect(stoppedAt('second')).toBeLessThanOrEqual(stoppedAt('first'));
    expect(said).toEqual([]);
  });

  it('lets go of what else there is between the stages before it and those after it', async () => {
    const alive = (name: string) => identifyProcess(pidOf(name)) !== undefined;
    const seen: boolean[] = [];
    supervisor.startStage([node('first', '')]);
    supervisor.onStop(async () => seen.push(alive('first'), alive('second')));
    supervisor.startStage([node('second', '')]);
    await until(() => ['first', 'second'].every((name) => logOf(name).includes('ready')));
    await supervisor.stopAll();
    expect(seen).toEqual([true, false]);
  });

  it('kills a service that does not stop in time, with its children, and says so', async () => {
    const child = `const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log('child', c.pid);`;
    supervisor.startStage([node('a', `process.on('SIGTERM', () => {}); ${child}`)]);
    await until(() => logOf('a').includes('ready'));
    const pids = [pidOf('a'), Number(/child (\d+)/.exec(logOf('a'))?.[1])];
    await supervisor.stopAll();
    await until(() => pids.every((pid) => identifyProcess(pid) === undefined));
    expect(said).toEqual(['a did not stop within 0.5 s and was killed']);
  });

  it('does not start again what dies while it stops the others', async () => {
    supervisor.startStage([node('first', '')]);
    supervisor.startStage([node('second', byeAfter(200))]);
    supervisor.markUp();
    await until(() => ['first', 'second'].every((name) => logOf(name).includes('ready')));
    const stopped = supervisor.stopAll();
    process.kill(pidOf('first'), 'SIGKILL');
    await stopped;
    expect(said).toEqual([]);
    expect(logOf('first').match(/ready/g)).toHaveLength(1);
  });

  it('does not start again what it stopped itself', async () => {
    supervisor.startStage([node('a', '')]);
    supervisor.markUp();
    await until(() => logOf('a').includes('ready'));
    await supervisor.stopAll();
    expect(said).toEqual([]);
    expect(identifyProcess(pidOf('a'))).toBeUndefined();
  });
});
