import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { findProcesses } from './find-processes.js';

describe('findProcesses', () => {
  it('finds a running process by one of its arguments, and none once it is gone', async () => {
    const mark = `/nowhere/${randomUUID()}`;
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', `${mark}/a.conf`]);
    await once(child, 'spawn');
    expect(findProcesses(mark).map(({ pid }) => pid)).toEqual([child.pid]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(findProcesses(mark)).toEqual([]);
  });
});
