import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spillway } from '../../testing/spillway.js';
import { PageFile } from './page-file.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-page-'));
  path = join(folder, 'incident.html');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the file of a page', () => {
  it('is written where there is none', async () => {
    const page = new PageFile(path, false);
    await page.check();
    await page.write('<p>');
    expect(await readFile(path, 'utf8')).toBe('<p>');
  });

  it('is not overwritten, not even one that comes while the log is read, unless that is asked for', async () => {
    const page = new PageFile(path, false);
    await page.check();
    await writeFile(path, 'of somebody');
    const refusal = `${path} is there already: choose another name, or say --force`;
    await expect(page.check()).rejects.toThrow(refusal);
    await expect(page.write('<p>')).rejects.toThrow(refusal);
    expect(await readFile(path, 'utf8')).toBe('of somebody');
    await new PageFile(path, true).check();
    await new PageFile(path, true).write('<p>');
    expect(await readFile(path, 'utf8')).toBe('<p>');
  });

  it('cannot be a folder', async () => {
    await mkdir(path);
    await expect(new PageFile(path, true).write('<p>')).rejects.toMatchObject({ code: 'not-writable' });
  });

  it('is refused before the log is read where its folder is missing', async () => {
    const nowhere = join(folder, 'no', 'x.html');
    const { exitCode, err } = await spillway(
      'replay',
      '--file',
      join(folder, 'no-archive'),
      '--html',
      nowhere,
    );
    expect(exitCode).toBe(1);
    expect(err).toBe(
      `spillway: ${nowhere} cannot be written: there is no folder ${join(folder, 'no')}; make it, or choose another\n`,
    );
  });
});
