import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Archive } from './archive.js';
import { see, setLog, START_MS, type Seen } from './archive.harness.js';

jest.setTimeout(60_000);

const COUNT = 200;

/** An archive of heartbeats of three nodes with a few other messages, and what it shows. */
async function anArchive(name: string, count = COUNT) {
  const stage = await setLog();
  for (let step = 1; step <= count; step++) {
    stage.nowMs = START_MS + step;
    if (step % 50 === 0) stage.put('turn.v1.of-tomorrow', { step });
    else stage.beat(`n${step % 3}`, step, { allocations: step });
  }
  const { path } = await stage.export({}, name);
  return { path, whole: await see((await Archive.open(path)).read({})), bytes: await readFile(path) };
}

const readBack = async (path: string, content: Uint8Array | string): Promise<Seen> => {
  await writeFile(path, content);
  return see((await Archive.open(path)).read({}));
};

/** Every position is shown as it was, or told to be missing, or was rejected. */
function expectHonest(seen: Seen, whole: Seen): void {
  const original = new Map(whole.entries.map((entry) => [entry.position, entry]));
  expect(seen.entries).toEqual(seen.entries.map(({ position }) => original.get(position)));
  const accounted = new Set([...seen.entries.map(({ position }) => position), ...seen.rejected]);
  for (const { from, to } of seen.gaps) for (let each = from; each <= to; each++) accounted.add(each);
  expect(accounted.size).toBe(COUNT);
  const positions = seen.entries.map(({ position }) => position);
  expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
}

describe('an archive that was cut off', () => {
  it.each(['log.jsonl.gz', 'log.jsonl'])(
    'shows all that is there, then says what is missing (%s)',
    async (name) => {
      const { path, whole, bytes } = await anArchive(name);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 600, max: bytes.length - 1 }), async (length) => {
          const seen = await readBack(path, bytes.subarray(0, length));
          expect(seen.entries).toEqual(whole.entries.slice(0, seen.entries.length));
          expectHonest(seen, whole);
          const [gap, ...others] = seen.gaps;
          expect(others).toEqual([]);
          if (gap) expect(gap).toMatchObject({ to: COUNT, cause: 'truncated' });
        }),
        { numRuns: 60 },
      );
    },
  );
});

type Mischief = { line: number; how: 'remove' | 'garble' | 'empty' | 'repeat' | 'swap' };

const mischief: fc.Arbitrary<Mischief> = fc.record({
  line: fc.integer({ min: 1, max: COUNT }),
  how: fc.constantFrom('remove', 'garble', 'empty', 'repeat', 'swap'),
});

function play(lines: string[], { line, how }: Mischief): void {
  const text = lines[line] ?? '';
  if (how === 'remove') lines.splice(line, 1);
  if (how === 'garble') lines[line] = text.slice(0, text.length / 2);
  if (how === 'empty') lines[line] = '';
  if (how === 'repeat') lines.splice(line, 0, text);
  if (how === 'swap') [lines[line], lines[line - 1 || 1]] = [lines[line - 1 || 1] ?? '', text];
}

describe('an archive whose lines were damaged', () => {
  it('shows what is sound, as it was, and says what is not, also of what rests on it', async () => {
    const { path, whole, bytes } = await anArchive('log.jsonl');
    const original = bytes.toString().trimEnd().split('\n');
    await fc.assert(
      fc.asyncProperty(fc.array(mischief, { minLength: 1, maxLength: 4 }), async (script) => {
        const lines = [...original];
        for (const each of script) play(lines, each);
        const seen = await readBack(path, `${lines.join('\n')}\n`);
        expectHonest(seen, whole);
        expect(seen.entries.length).toBeLessThanOrEqual(whole.entries.length);
        // Twice the same may have put it right again.
        if (lines.join() !== original.join()) expect(seen.gaps.at(-1)).toMatchObject({ cause: 'damaged' });
      }),
      { numRuns: 80 },
    );
  });

  it('names the line', async () => {
    const { path, bytes } = await anArchive('log.jsonl');
    const lines = bytes.toString().split('\n');
    lines[7] = 'oops';
    const { gaps } = await readBack(path, lines.join('\n'));
    expect(gaps[0]).toEqual({ from: 7, to: 7, cause: 'damaged', detail: 'line 8: it is no JSON' });
  });

  it('loses of a node no more than the next heartbeats up to a whole one', async () => {
    const { path, bytes } = await anArchive('log.jsonl');
    const lines = bytes.toString().split('\n');
    lines[1] = '';
    const { entries } = await readBack(path, lines.join('\n'));
    expect(entries.length).toBeGreaterThan(COUNT - 65);
    expect(entries.length).toBeLessThan(COUNT - 45);
  });

  it('says so when nothing is missing but something was changed', async () => {
    const { path, bytes } = await anArchive('log.jsonl');
    const { gaps, entries } = await readBack(path, bytes.toString().replace(',7]', ',8]'));
    expect(gaps).toEqual([
      { from: 1, to: COUNT, cause: 'damaged', detail: expect.stringContaining('checksum') },
    ]);
    expect(entries).toHaveLength(COUNT - COUNT / 50);
  });

  it('says so when it cannot be unpacked', async () => {
    const { path, bytes, whole } = await anArchive('log.jsonl.gz', 2_000);
    for (let at = bytes.length - 3_000; at < bytes.length - 2_000; at += 97) {
      const broken = Buffer.from(bytes);
      broken.writeUInt8(broken.readUInt8(at) ^ 0x55, at);
      const { entries, gaps } = await readBack(path, broken);
      expect(gaps.at(-1)).toMatchObject({ cause: 'damaged' });
      // All but what was unpacked at the same time.
      expect(entries.length).toBeGreaterThan(1_000);
      expect(entries.slice(0, 1_000)).toEqual(whole.entries.slice(0, 1_000));
    }
  });

  it('says so when not even its beginning can be unpacked', async () => {
    const { path, bytes } = await anArchive('log.jsonl.gz');
    const broken = Buffer.from(bytes);
    broken.fill(0xff, 30, 90);
    await expect(readBack(path, broken)).rejects.toMatchObject({ name: 'ArchiveError', code: 'unreadable' });
  });
});

describe('an archive of a log of which a part was missing', () => {
  it('tells the same gaps', async () => {
    const stage = await setLog();
    for (let seq = 1; seq <= 2_000; seq++) stage.beat('n1', seq);
    const reading = await stage.bus.readLog({});
    // The first batch of a memory log has 500.
    const exporting = stage.export({ to: { position: 1_900 } });
    await new Promise(setImmediate);
    stage.log.purgeUpTo(1_500);
    const { path } = await exporting;
    const seen = await see((await Archive.open(path)).read({}));
    expect(seen.gaps).toEqual([{ from: expect.any(Number), to: 1_500, cause: 'retention' }]);
    expect(seen.entries.at(-1)?.position).toBe(1_900);
    expect((await see(reading)).gaps).toEqual([{ from: 1, to: 1_500, cause: 'retention' }]);
  });

  it('says that it begins late', async () => {
    const stage = await setLog();
    for (let seq = 1; seq <= 10; seq++) {
      stage.nowMs = START_MS + seq;
      stage.beat('n1', seq);
    }
    stage.log.purgeUpTo(5);
    const { path } = await stage.export({ from: { ms: START_MS } });
    const archive = await Archive.open(path);
    const late = { position: 6, atMs: START_MS + 6 };
    expect(archive.header.beginsLate).toEqual(late);
    expect(archive.read({}).info.beginsLate).toEqual(late);
    expect(archive.read({ from: { ms: START_MS + 1 } }).info.beginsLate).toEqual(late);
    expect(archive.read({ from: { position: 2 } }).info.beginsLate).toEqual(late);
    expect(archive.read({ from: { ms: START_MS + 7 } }).info.beginsLate).toBeNull();
  });
});
