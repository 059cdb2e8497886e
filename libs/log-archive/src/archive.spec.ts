import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, jest } from '@jest/globals';
import { subjectOf } from '@spillway/contracts';
import type { LogWindow } from '@spillway/messaging';
import * as fc from 'fast-check';
import { Archive } from './archive.js';
import { see, setLog, START_MS } from './archive.harness.js';
import { fileSource, natsSource } from './log-source.js';

jest.setTimeout(60_000);

const place = fc.oneof(
  fc.record({ position: fc.nat(60) }),
  fc.record({ ms: fc.integer({ min: START_MS - 20, max: START_MS + 70 }) }),
);

describe('an archive', () => {
  it('shows what the log shows, of whatever part', async () => {
    const stage = await setLog();
    for (let step = 1; step <= 50; step++) {
      // A clock that also stands still and goes back.
      stage.nowMs = START_MS + step + (step % 7 === 0 ? -5 : 0) + (step % 5 === 0 ? -1 : 0);
      if (step % 11 === 0) stage.put('turn.v1.of-tomorrow', { step });
      else if (step % 13 === 0) stage.put(subjectOf.heartbeat('us-east-1', 'n1'), { step });
      else stage.beat(`n${step % 3}`, step, { allocations: step % 4 });
    }
    const { path } = await stage.export();
    const [file, log] = [fileSource(path), natsSource(stage.bus)];
    await fc.assert(
      fc.asyncProperty(fc.option(place), fc.option(place), async (from, to) => {
        const window: LogWindow = { ...(from && { from }), ...(to && { to }) };
        const expected = await log.open(window).then(see, (error: Error) => error.name);
        expect(await file.open(window).then(see, (error: Error) => error.name)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('shows the same when it is not packed', async () => {
    const stage = await setLog();
    for (let seq = 1; seq <= 200; seq++) stage.beat('n1', seq);
    const packed = await stage.export();
    const plain = await stage.export({}, 'log.jsonl');
    expect(gunzipSync(await readFile(packed.path))).toEqual(await readFile(plain.path));
    const [one, other] = [await Archive.open(packed.path), await Archive.open(plain.path)];
    expect(await see(one.read({}))).toEqual(await see(other.read({})));
  });

  it('shows what a filter lets through', async () => {
    const stage = await setLog();
    for (let seq = 1; seq <= 20; seq++) stage.beat(`n${seq % 2}`, seq);
    const { path } = await stage.export();
    const window = { filter: subjectOf.heartbeat('us-east-1', 'n0') };
    const seen = await see((await Archive.open(path)).read(window));
    expect(seen).toEqual(await see(await stage.bus.readLog(window)));
    expect(seen.entries).toHaveLength(10);
  });
});
