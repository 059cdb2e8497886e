import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Archive } from './archive.js';
import { see, setLog, START_MS } from './archive.harness.js';

/** As the first version writes it; once that is released it must stay readable for ever, and as it is. */
const FIRST_VERSION = fileURLToPath(new URL('../fixtures/version-1.jsonl', import.meta.url));

async function anArchiveWith(change: (lines: string[]) => string[]): Promise<string> {
  const stage = await setLog();
  for (let seq = 1; seq <= 5; seq++) stage.beat('n1', seq);
  const { path } = await stage.export({}, 'log.jsonl');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(path, `${change(lines).join('\n')}\n`);
  return path;
}

describe('the versions of the format', () => {
  it('stay readable: the first', async () => {
    const archive = await Archive.open(FIRST_VERSION);
    expect(archive.header).toMatchObject({ version: 1, firstPosition: 1, lastPosition: 11, leadMs: 60_000 });
    const reading = archive.read({});
    const { entries, gaps, rejected } = await see(reading);
    expect(entries.map(({ position, event }) => [position, event.kind])).toEqual([
      [1, 'policy'],
      [2, 'heartbeat'],
      [3, 'heartbeat'],
      [4, 'spillover'],
      [5, 'overload'],
      [6, 'scale'],
      [7, 'command'],
      [8, 'issued'],
      [11, 'heartbeat'],
    ]);
    expect(entries.at(-1)?.event).toMatchObject({
      heartbeat: { seq: 3, state: 'draining', nodeId: 'use1-a1' },
    });
    expect(rejected).toEqual([9]);
    expect(gaps).toEqual([{ from: 10, to: 10, cause: 'retention' }]);
    expect(reading.end).toMatchObject({ entries: 9, rejected: 1, gaps: 1, leftOut: 1 });
  });

  it('newer than this program are refused by their number', async () => {
    const path = await anArchiveWith(([header = '', ...lines]) => [
      header.replace('"version":1', '"version":2'),
      ...lines,
    ]);
    await expect(Archive.open(path)).rejects.toMatchObject({
      name: 'ArchiveError',
      code: 'newer-version',
      message: expect.stringContaining('version 2'),
      remedy: expect.stringContaining('newer spillway'),
    });
  });

  it('may have more members and kinds of line, which are counted and passed over', async () => {
    const path = await anArchiveWith(([header = '', first = '', ...lines]) => [
      header.replace('{', '{"colour":"red",'),
      first.replace('{', '{"colour":"red",'),
      '{"weather":"fine"}',
      ...lines,
    ]);
    const batches = [];
    for await (const batch of (await Archive.open(path)).read({}).batches()) batches.push(batch);
    expect(batches.flatMap(({ entries }) => entries.map(({ position }) => position))).toEqual([
      1, 2, 3, 4, 5,
    ]);
    expect(batches.flatMap(({ rejected }) => rejected)).toEqual([
      expect.objectContaining({ reason: 'unknown-subject', detail: 'line 3 is of a newer version' }),
    ]);
  });

  it('may have events of tomorrow, which are counted and passed over', async () => {
    const path = await anArchiveWith((lines) =>
      lines.map((line, i) =>
        i < 2 || line.startsWith('{"end"')
          ? line
          : `{"position":${i},"at":${START_MS},"subject":"turn.v1.node.us-east-1.n1.horoscope","payload":{}}`,
      ),
    );
    const { entries, rejected } = await see((await Archive.open(path)).read({}));
    expect(entries.map(({ position }) => position)).toEqual([1]);
    expect(rejected).toEqual([2, 3, 4, 5]);
  });
});

describe('what is no archive', () => {
  it.each([
    ['nothing', ''],
    ['no line', '{"format":"spillway-log","version":1'],
    ['another text', 'hello\nworld\n'],
    ['another JSON', '{"format":"something else","version":1}\n'],
    ['a header without a part', '{"format":"spillway-log","version":1}\n'],
  ])('is refused: %s', async (_what, text) => {
    const path = await anArchiveWith(() => []);
    await writeFile(path, text);
    await expect(Archive.open(path)).rejects.toMatchObject({ code: 'not-an-archive' });
  });

  it('is refused with what to do when it is packed otherwise', async () => {
    const path = await anArchiveWith(() => []);
    await writeFile(path, Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]));
    await expect(Archive.open(path)).rejects.toMatchObject({
      code: 'unknown-compression',
      remedy: expect.stringContaining('zstd -d'),
    });
  });

  it('is refused when there is no file', async () => {
    await expect(Archive.open('/nowhere/log.jsonl.gz')).rejects.toMatchObject({ code: 'unreadable' });
  });
});
