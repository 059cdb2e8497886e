import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { BusReading, MessageBatch } from '@spillway/messaging';
import { setLog } from './archive.harness.js';
import { exportLog } from './export-log.js';

const about = {
  createdAt: '2026-11-22T10:00:00.000Z',
  createdBy: 'spec',
  asked: { fromMs: null, toMs: null },
  leadMs: 0,
};

async function aFile() {
  const stage = await setLog();
  for (let seq = 1; seq <= 2_000; seq++) stage.beat('n1', seq);
  const { path } = await stage.export();
  return { stage, path, folder: dirname(path) };
}

describe('exporting', () => {
  it('says how far it is, and what it has written', async () => {
    const stage = await setLog();
    for (let seq = 1; seq <= 2_000; seq++) stage.beat('n1', seq);
    const told: number[] = [];
    const { end, path } = await stage.export({}, 'log.jsonl', {
      onProgress: ({ position }) => told.push(position),
    });
    expect(told).toEqual([500, 1000, 1500, 2000]);
    expect(end).toMatchObject({ lines: 2_000, entries: 2_000, bytes: (await readFile(path)).length });
  });

  it('overwrites a file only when it is told to', async () => {
    const { stage, path } = await aFile();
    await writeFile(path, 'dear to somebody');
    await expect(stage.export()).rejects.toMatchObject({ name: 'ArchiveError', code: 'exists' });
    expect(await readFile(path, 'utf8')).toBe('dear to somebody');
    await stage.export({}, 'log.jsonl.gz', { overwrites: true });
    expect((await readFile(path)).length).toBeGreaterThan(1_000);
  });

  it('leaves the old file alone, and no other behind, when reading fails in the middle', async () => {
    const { stage, path, folder } = await aFile();
    const before = await readFile(path);
    const reading = await stage.bus.readLog({});
    async function* failing(): AsyncGenerator<MessageBatch> {
      for await (const batch of reading.messages()) {
        yield batch;
        throw new Error('the cable');
      }
    }
    const broken: BusReading = { info: reading.info, batches: () => reading.batches(), messages: failing };
    await expect(exportLog(broken, path, about, { overwrites: true })).rejects.toThrow('the cable');
    expect(await readdir(folder)).toEqual(['log.jsonl.gz']);
    expect(await readFile(path)).toEqual(before);
  });

  it('says so where it cannot write', async () => {
    const { stage, folder } = await aFile();
    const reading = await stage.bus.readLog({});
    const nowhere = exportLog(reading, join(folder, 'no', 'log.jsonl.gz'), about);
    await expect(nowhere).rejects.toMatchObject({ code: 'not-writable' });
    await mkdir(join(folder, 'taken'));
    const taken = exportLog(await stage.bus.readLog({}), join(folder, 'taken'), about, { overwrites: true });
    await expect(taken).rejects.toMatchObject({ code: 'not-writable' });
    expect(await readdir(folder)).toEqual(['log.jsonl.gz', 'taken']);
  });
});
