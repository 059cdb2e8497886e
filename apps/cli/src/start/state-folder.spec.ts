import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { spillway } from '../testing/spillway.js';
import { prepareStateFolder } from './state-folder.js';

const scratch = mkdtempSync(join(tmpdir(), 'spillway-state-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('prepareStateFolder', () => {
  it('makes the folder and those above it, for their owner alone, and takes one that is there', () => {
    const path = join(scratch, 'a', 'b');
    expect(prepareStateFolder(path)).toEqual(prepareStateFolder(path));
    expect(statSync(join(path, 'logs')).mode & 0o777).toBe(0o700);
  });

  it('says so in one line where no folder can be', () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'x'), '/proc/x']) {
      expect(() => prepareStateFolder(path)).toThrow(/^\S+ cannot be made a folder \(E[A-Z]+\): .*--state$/);
    }
  });

  it('is not the folder we are in when --state is empty', async () => {
    expect(await spillway('start', '--state', '')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('It must name a folder.'),
    });
  });
});
