import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileSampler } from './file.js';
import { parseLoadJson } from './load-json.js';

describe('parseLoadJson', () => {
  it('takes what is there, leaves out what is not, and ignores what it does not know', () => {
    expect(parseLoadJson('{"allocations":3,"cpu":null,"rooms":12}')).toEqual({ allocations: 3, cpu: null });
  });

  it.each([
    ['{"cpu":"0.5"}', 'cpu: '],
    ['{"allocations":true}', 'allocations: '],
    ['[]', 'the JSON: '],
    ['null', 'the JSON: '],
    ['{"cpu":0.5', 'the text is not JSON'],
    ['', 'the text is not JSON'],
  ])('refuses %j and says where', (text, message) => {
    expect(() => parseLoadJson(text)).toThrow(message);
  });

  it('makes of any JSON numbers and nulls only, or refuses it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        let sample: object;
        try {
          sample = parseLoadJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          return;
        }
        expect(Object.values(sample).every((value) => value === null || typeof value === 'number')).toBe(
          true,
        );
      }),
    );
  });
});

describe('the sampler file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spillway-file-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const sample = (path: string) => createFileSampler(path, 30).sample(AbortSignal.timeout(5000));

  it('reads the file anew for every sample', async () => {
    const path = join(folder, 'load.json');
    await writeFile(path, '{"allocations":1}');
    expect(await sample(path)).toEqual({ allocations: 1 });
    await writeFile(path, '{"allocations":2}');
    expect(await sample(path)).toEqual({ allocations: 2 });
  });

  it('does not believe a file that nobody writes any more', async () => {
    const path = join(folder, 'old.json');
    await writeFile(path, '{"allocations":1}');
    const longAgo = Date.now() / 1000 - 60;
    await utimes(path, longAgo, longAgo);
    await expect(sample(path)).rejects.toThrow('has not changed for more than 30 s');
  });

  it('says when there is no file', async () => {
    await expect(sample(join(folder, 'none.json'))).rejects.toThrow('ENOENT');
  });
});
