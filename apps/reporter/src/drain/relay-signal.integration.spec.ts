import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith, startCoturn, type StartedCoturn } from '@spillway/testkit';
import { refusalOf, RelaySignal } from './relay-signal.js';

describe('refusalOf', () => {
  it.each([
    ['coturn', '4.6.3'],
    ['coturn', '4.10.0'],
    ['coturn', '5.0'],
  ])('lets %s %s be told', (name, version) => {
    expect(refusalOf({ name, version })).toBeUndefined();
  });

  it.each([
    ['coturn', '4.6.2', /4\.6\.2 would die of it/],
    ['coturn', '4.5.2', /would die/],
    ['coturn', null, /does not say its version/],
    ['eturnal', '4.9.0', /eturnal, not coturn/],
  ])('spares %s %s', (name, version, reason) => {
    expect(refusalOf({ name, version })).toMatch(reason);
  });

  it('spares what does not say what it is', () => {
    expect(refusalOf(undefined)).toMatch(/nothing, not coturn/);
  });
});

describeWith(['turnserver'], 'RelaySignal beside a real coturn', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-signal-'));
  const pidFile = join(folder, 'pid');
  let coturn: StartedCoturn;
  const newEnough = { name: 'coturn', version: '4.6.3' };

  beforeAll(async () => {
    coturn = await startCoturn();
    writeFileSync(pidFile, `${coturn.pid}\n`);
  });
  afterAll(async () => {
    await coturn.stop();
    rmSync(folder, { recursive: true });
  });

  function createSignal(path = pidFile) {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const sent: [number, string | number][] = [];
    const dead = new Set<number>();
    const kill = (pid: number, signal: 'SIGUSR1' | 0) => {
      if (dead.has(pid)) throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
      if (signal !== 0) sent.push([pid, signal]);
    };
    const signal = new RelaySignal(path, { log, warn: log }, { kill });
    return { signal, lines, sent, dead };
  }

  it('tells it once per drain, and knows when it has finished', () => {
    const { signal, lines, sent, dead } = createSignal();
    signal.send('c-1', newEnough);
    signal.send('c-1', newEnough);
    expect(sent).toEqual([[coturn.pid, 'SIGUSR1']]);
    expect(lines).toEqual([`coturn (pid ${coturn.pid}) was told to finish (SIGUSR1)`]);
    expect([signal.isFinishing, signal.hasFinished('c-1')]).toEqual([true, false]);
    dead.add(coturn.pid);
    expect([signal.isFinishing, signal.hasFinished('c-1'), signal.hasFinished('c-2')]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('does not tell one twice that finishes already for an earlier drain', () => {
    const { signal, sent, dead } = createSignal();
    signal.send('c-1', newEnough);
    signal.send('c-2', newEnough);
    expect(sent).toHaveLength(1);
    dead.add(coturn.pid);
    expect(signal.hasFinished('c-2')).toBe(true);
  });

  it('leaves an older one alone and says so in one line', () => {
    const { signal, lines, sent } = createSignal();
    signal.send('c-1', { name: 'coturn', version: '4.6.1' });
    signal.send('c-1', { name: 'coturn', version: '4.6.1' });
    expect(sent).toEqual([]);
    expect(signal.isFinishing).toBe(false);
    expect(lines).toEqual([
      'coturn was not told to finish (SIGUSR1): coturn 4.6.1 would die of it; only 4.6.3 and newer finish. ' +
        'The drain goes on without.',
    ]);
  });

  it.each([
    ['a file that is not there', undefined, /ENOENT/],
    ['a file without a process id', 'none', /holds no process id/],
    ['the id of another program', String(process.pid), /is .*, not turnserver/],
  ])('signals nobody for %s', (_, content, reason) => {
    const path = join(folder, 'other');
    if (content === undefined) rmSync(path, { force: true });
    else writeFileSync(path, content);
    const { signal, lines, sent } = createSignal(path);
    signal.send('c-1', newEnough);
    expect(sent).toEqual([]);
    expect(lines.join()).toMatch(reason);
  });
});
