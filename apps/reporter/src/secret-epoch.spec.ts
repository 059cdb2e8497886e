import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretEpoch } from './secret-epoch.js';

const folder = mkdtempSync(join(tmpdir(), 'spillway-epoch-'));
const path = join(folder, 'epoch');
afterAll(() => rmSync(folder, { recursive: true }));

describe('the epoch of the secret of a node', () => {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const logger = { log, warn: log };
  beforeEach(() => {
    lines.length = 0;
    rmSync(path, { force: true });
  });

  it('is the one configured where there is no file', () => {
    expect(new SecretEpoch(3, undefined, logger).read()).toBe(3);
    expect(lines).toEqual([]);
  });

  it('is what the file says, from the moment it says so', () => {
    writeFileSync(path, '4\n');
    const epoch = new SecretEpoch(3, path, logger);
    expect(epoch.read()).toBe(4);
    writeFileSync(path, '5');
    expect([epoch.read(), epoch.read()]).toEqual([5, 5]);
    expect(lines).toEqual(['The secret of epoch 4 is in force', 'The secret of epoch 5 is in force']);
  });

  it.each([
    ['is not there', undefined],
    ['is empty, as it may be while it is written', ''],
    ['holds no number', 'four'],
    ['holds none that can be', '99999999'],
  ])('stays what it was where the file %s, and that is told once', (_what, text) => {
    if (text !== undefined) writeFileSync(path, text);
    const epoch = new SecretEpoch(3, path, logger);
    expect([epoch.read(), epoch.read()]).toEqual([3, 3]);
    expect(lines).toEqual([expect.stringMatching(/SECRET_EPOCH_PATH.*epoch 3 counts/)]);
  });
});
