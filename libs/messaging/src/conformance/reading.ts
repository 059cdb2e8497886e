import { describe, expect, it } from '@jest/globals';
import type { Bus } from '../bus.js';
import type { LogBatch, LogReading, LogWindow, WindowGap } from '../log-reading.js';
import { heartbeat, issued, nameOf, type Message } from './events.js';
import { record } from './following.js';
import { until, type Stage } from './harness.js';

/** What reading told, in order: names of entries, gaps as `from–to cause`, positions of what was rejected. */
function storyOf(batches: readonly LogBatch[]): string[] {
  return batches.flatMap(({ gap, entries, rejected }) => [
    ...(gap ? [`gap ${gap.from}–${gap.to} ${gap.cause}`] : []),
    ...entries.map(nameOf),
    ...rejected.map(({ position, reason }) => `rejected ${position} ${reason}`),
  ]);
}

function gapIn(batches: readonly LogBatch[]): WindowGap {
  const gap = batches.find((batch) => batch.gap)?.gap;
  if (!gap) throw new Error('no gap was told');
  return gap;
}

async function readAll(reading: LogReading): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  for await (const batch of reading.batches()) batches.push(batch);
  return batches;
}

async function read(bus: Bus, window: LogWindow): Promise<string[]> {
  return storyOf(await readAll(await bus.readLog(window)));
}

const beats = (count: number) => Array.from({ length: count }, (_, index) => heartbeat('a', index + 1));

/** Records one after the other, each in a millisecond of its own; gives when each was stored at the latest. */
async function recordApart(bus: Bus, count: number): Promise<number[]> {
  const ends: number[] = [];
  for (const message of beats(count)) {
    await record(bus, message);
    ends.push(Date.now());
    const now = Date.now();
    await until(() => Date.now() > now + 1);
  }
  return ends;
}

export function describeReading(stage: Stage): void {
  describe('reading a part of the log', () => {
    it('shows every message once and in order, with the position it has come to', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, heartbeat('a', 1), issued('r', 1), heartbeat('a', 2), heartbeat('b', 1));
      const reading = await bus.readLog({});
      expect(reading.info).toEqual({
        created: expect.any(String),
        firstPosition: 1,
        lastPosition: 4,
        beginsLate: null,
      });
      const batches = await readAll(reading);
      expect(storyOf(batches)).toEqual(['a/1', 'r#1', 'a/2', 'b/1']);
      expect(batches.flatMap(({ entries }) => entries.map(({ position }) => position))).toEqual([1, 2, 3, 4]);
      expect(batches.at(-1)?.position).toBe(4);
    });

    it('shows the messages as they are stored to whom that is dearer', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, heartbeat('a', 1));
      await bus.record('turn.v1.of-tomorrow', { n: 1 }, 'unknown');
      const seen: unknown[] = [];
      for await (const { messages } of (await bus.readLog({})).messages()) {
        seen.push(...messages.map(({ position, subject, data }) => [position, subject, data.byteLength]));
      }
      const beat = JSON.stringify(heartbeat('a', 1).payload).length;
      expect(seen).toEqual([
        [1, heartbeat('a', 1).subject, beat],
        [2, 'turn.v1.of-tomorrow', '{"n":1}'.length],
      ]);
    });

    it('ends where the log ended when it began', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, ...beats(3));
      const reading = await bus.readLog({});
      await record(bus, heartbeat('b', 1));
      expect(storyOf(await readAll(reading))).toEqual(['a/1', 'a/2', 'a/3']);
    });

    it.each<[string, LogWindow, string[]]>([
      ['from a position on', { from: { position: 3 } }, ['a/3', 'a/4', 'a/5']],
      ['up to a position', { to: { position: 2 } }, ['a/1', 'a/2']],
      ['between two', { from: { position: 2 }, to: { position: 4 } }, ['a/2', 'a/3', 'a/4']],
      ['of one message', { from: { position: 3 }, to: { position: 3 } }, ['a/3']],
      ['that goes beyond the end', { from: { position: 4 }, to: { position: 99 } }, ['a/4', 'a/5']],
      ['that begins beyond the end', { from: { position: 9 }, to: { position: 99 } }, []],
      ['before the beginning', { to: { ms: 0 } }, []],
      ['of times to come', { from: { ms: 9e15 } }, []],
      ['of all times', { from: { ms: 0 }, to: { ms: Infinity } }, ['a/1', 'a/2', 'a/3', 'a/4', 'a/5']],
    ])('can be a part %s', async (_what, window, names) => {
      const { bus } = await stage.provisioned();
      await record(bus, ...beats(5));
      expect(await read(bus, window)).toEqual(names);
    });

    it('can be a part between two times, both included', async () => {
      const { bus } = await stage.provisioned();
      await recordApart(bus, 5);
      const all = await readAll(await bus.readLog({}));
      const [, second = 0, , fourth = 0] = all.flatMap(({ entries }) => entries.map(({ at }) => at));
      const window = { from: { ms: second }, to: { ms: fourth } };
      expect(await read(bus, window)).toEqual(['a/2', 'a/3', 'a/4']);
      const between = { from: { ms: second + 1 }, to: { ms: fourth - 1 } };
      expect(await read(bus, between)).toEqual(['a/3']);
    });
  });
}

export function describeReadingWhatThereIs(stage: Stage): void {
  describe('reading a part of the log', () => {
    it('shows nothing of an empty log', async () => {
      const { bus } = await stage.provisioned();
      const reading = await bus.readLog({ from: { ms: 0 } });
      expect(reading.info).toMatchObject({ firstPosition: 1, lastPosition: 0, beginsLate: null });
      expect(await readAll(reading)).toEqual([]);
    });

    it('shows only what its filter lets through, and tells no holes then', async () => {
      const { bus } = await stage.provisioned();
      await record(
        bus,
        heartbeat('a', 1),
        issued('r', 1),
        heartbeat('b', 1),
        issued('r', 2),
        heartbeat('a', 2),
      );
      expect(await read(bus, { filter: issued('r', 1).subject })).toEqual(['r#1', 'r#2']);
      expect(await read(bus, { filter: heartbeat('c', 1).subject })).toEqual([]);
    });

    it('tells what it rejects, and where', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, heartbeat('a', 1));
      await bus.record('turn.v1.node.north.a.heartbeat', 'no heartbeat', 'bad');
      await bus.record('turn.v1.of-tomorrow', {}, 'unknown');
      await record(bus, heartbeat('a', 2));
      const [batch] = await readAll(await bus.readLog({}));
      expect(batch?.entries.map(nameOf)).toEqual(['a/1', 'a/2']);
      expect(batch?.rejected.map(({ position, reason }) => [position, reason])).toEqual([
        [2, 'invalid-payload'],
        [3, 'unknown-subject'],
      ]);
    });
  });
}

export function describeReadingWhatIsGone(stage: Stage): void {
  describe('reading a part of the log', () => {
    it.each<[string, LogWindow]>([
      ['a position', { from: { position: 2 } }],
      ['a time', { from: { ms: 1 } }],
    ])(
      'says from where the log is there when it was asked for from %s before that',
      async (_what, window) => {
        const { bus } = await stage.provisioned();
        await record(bus, ...beats(5));
        await stage.harness.purgeUpTo(3);
        const reading = await bus.readLog(window);
        const batches = await readAll(reading);
        expect(storyOf(batches)).toEqual(['a/4', 'a/5']);
        expect(reading.info.beginsLate).toEqual({ position: 4, atMs: batches[0]?.entries[0]?.at });
      },
    );

    it('begins in time when nobody asked for what is gone', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, ...beats(5));
      await stage.harness.purgeUpTo(3);
      expect((await bus.readLog({})).info).toMatchObject({ firstPosition: 4, beginsLate: null });
      expect((await bus.readLog({ from: { position: 4 } })).info.beginsLate).toBeNull();
    });

    it('shows nothing of a log that has lost everything, and says so', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, ...beats(5));
      await stage.harness.purgeUpTo(5);
      const reading = await bus.readLog({ from: { position: 1 } });
      expect(reading.info.beginsLate).toMatchObject({ position: 6 });
      expect(await readAll(reading)).toEqual([]);
    });
  });
}

export function describeReadingThroughFaults(stage: Stage): void {
  describe('reading a part of the log', () => {
    it('goes on where it was when the broker was killed in the middle and came back', async () => {
      const { bus, batches, rest, total } = await beginReading(stage);
      await stage.harness.killBroker();
      await until(() => bus.link === 'down');
      const reading = rest();
      await stage.harness.restartBroker();
      batches.push(...(await reading));
      expect(storyOf(batches)).toEqual(
        beats(total).map(({ payload }) => `a/${'seq' in payload && payload.seq}`),
      );
    });

    it('tells what was removed before it was read, and goes on behind it', async () => {
      const { bus, cut, mend, batches, rest, total } = await beginReading(stage);
      cut();
      await until(() => bus.link === 'down');
      await stage.harness.purgeUpTo(total - 2);
      const reading = rest();
      mend();
      batches.push(...(await reading));
      const gap = gapIn(batches);
      expect(gap).toMatchObject({ to: total - 2, cause: 'retention' });
      expect(storyOf(batches).slice(-3)).toEqual([
        `gap ${gap.from}–${total - 2} retention`,
        `a/${total - 1}`,
        `a/${total}`,
      ]);
      expect(storyOf(batches)).toHaveLength(gap.from - 1 + 3);
    });

    it('ends with a gap when the log was made anew in the middle', async () => {
      const { bus, cut, mend, batches, rest, total } = await beginReading(stage);
      const other = await stage.connect();
      cut();
      await until(() => bus.link === 'down');
      await stage.harness.wipe();
      await other.bus.provision();
      publishAll(other.bus, beats(total));
      await record(other.bus, issued('end', 1));
      const reading = rest();
      mend();
      batches.push(...(await reading));
      const gap = gapIn(batches);
      expect(gap).toMatchObject({ to: total, cause: 'new-stream' });
      expect(storyOf(batches)).toHaveLength(gap.from);
      expect(batches.at(-1)?.position).toBe(total);
    });
  });
}

function publishAll(bus: Bus, messages: readonly Message[]): void {
  for (const { subject, payload } of messages) bus.publish(subject, payload);
}

/** Reading of which the first batch has come, and what is needed to disturb it. */
async function beginReading(stage: Stage) {
  const total = 5_000;
  const connected = await stage.provisioned();
  publishAll(connected.bus, beats(total));
  await record(connected.bus, issued('end', 1));
  const reading = await connected.bus.readLog({ to: { position: total } });
  const reader = reading.batches()[Symbol.asyncIterator]();
  const batches: LogBatch[] = [];
  const take = async () => {
    const { done, value } = await reader.next();
    if (!done) batches.push(value);
    return !done;
  };
  await take();
  const rest = async () => {
    while (await take());
    return [];
  };
  return { ...connected, batches, rest, total };
}

export function describeEndingReading(stage: Stage): void {
  describe('reading a part of the log', () => {
    it('says so when there is no log', async () => {
      const { bus } = await stage.connect();
      await expect(bus.readLog({})).rejects.toMatchObject({ name: 'LogReadError', code: 'no-log' });
    });

    it.each<LogWindow>([
      { from: { ms: 2 }, to: { ms: 1 } },
      { from: { position: 2 }, to: { position: 1 } },
    ])('refuses a part that ends before it begins', async (window) => {
      const { bus } = await stage.provisioned();
      await expect(bus.readLog(window)).rejects.toMatchObject({ code: 'invalid-window' });
    });

    it('stops when it is told to, also while it waits for the link', async () => {
      const { bus, cut } = await stage.provisioned();
      await record(bus, ...beats(5));
      const [opening, stop] = [new AbortController(), new AbortController()];
      const reading = await bus.readLog({}, stop.signal);
      cut();
      await until(() => bus.link === 'down');
      const all = readAll(reading);
      const late = bus.readLog({}, opening.signal);
      stop.abort(new Error('enough'));
      opening.abort(new Error('too late'));
      await expect(all).rejects.toThrow('enough');
      await expect(late).rejects.toThrow('too late');
    });

    it('stops when the bus is closed', async () => {
      const { bus, cut } = await stage.provisioned();
      await record(bus, ...beats(5));
      const reading = await bus.readLog({});
      cut();
      await until(() => bus.link === 'down');
      const all = readAll(reading);
      all.catch(() => undefined);
      await bus.close();
      await expect(all).rejects.toMatchObject({ name: 'LogReadError', code: 'closed' });
    });

    it('may be left before the end', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, ...beats(20));
      for await (const { entries } of (await bus.readLog({})).batches()) {
        expect(entries.length).toBeGreaterThan(0);
        break;
      }
      expect(await read(bus, { from: { position: 20 } })).toEqual(['a/20']);
    });
  });
}
