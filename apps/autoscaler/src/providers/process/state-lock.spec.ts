import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identifyProcess } from '@spillway/local-nodes';
import { StateLock } from './state-lock.js';

/** What `npm run build` made of the file: processes of their own know no TypeScript. */
const BUILT = fileURLToPath(new URL('../../../dist/providers/process/state-lock.js', import.meta.url));

describe('StateLock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spillway-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets one do its work at a time, whoever asks', async () => {
    const one = new StateLock(folder);
    const other = new StateLock(folder);
    let atWork = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++atWork);
      await new Promise(setImmediate);
      atWork--;
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other).hold(work)));
    expect(most).toBe(1);
  });

  it('lets one process do its work at a time', async () => {
    const counter = join(folder, 'counter');
    writeFileSync(counter, '0');
    // Between reading and writing others have time to do the same.
    const script = `
      import { readFileSync, writeFileSync } from 'node:fs';
      import { StateLock } from ${JSON.stringify(BUILT)};
      const lock = new StateLock(${JSON.stringify(join(folder, 'lock'))});
      for (let times = 0; times < 25; times++) {
        await lock.hold(async () => {
          const count = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'));
          await new Promise(setImmediate);
          writeFileSync(${JSON.stringify(counter)}, String(count + 1));
        });
      }`;
    const run = async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
      expect(await once(child, 'exit')).toEqual([0, null]);
    };
    await Promise.all([run(), run(), run(), run()]);
    expect(readFileSync(counter, 'utf8')).toBe('100');
  }, 60_000);

  it('is free again when the process that held it was killed', async () => {
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(holder, 'spawn');
    writeFileSync(join(folder, '7'), JSON.stringify(identifyProcess(holder.pid ?? 0)));
    let isHeld = false;
    const held = new StateLock(folder).hold(() => {
      isHeld = true;
    });
    await new Promise(setImmediate);
    expect(isHeld).toBe(false);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await held;
    expect(isHeld).toBe(true);
  });

  it('is free again when the work failed', async () => {
    const lock = new StateLock(folder);
    const failing = lock.hold(() => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await lock.hold(() => 'done')).toBe('done');
  });

  it('keeps few files, however often it is held', async () => {
    const lock = new StateLock(folder);
    for (let times = 0; times < 50; times++) await lock.hold(() => {});
    expect(readdirSync(folder).length).toBeLessThan(10);
  });
});
