import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { DEFAULT_RETENTION, LOG_STREAM } from '@spillway/contracts';
import { describeWith, startNats, startNatsCluster, type StartedNats } from '@spillway/testkit';
import { heartbeat, issued } from './conformance/events.js';
import { record } from './conformance/following.js';
import { until } from './conformance/harness.js';
import { asAdmin } from './conformance/nats-admin.js';
import type { LogBatch, LogReading } from './log-reading.js';
import { NatsBus } from './nats-bus.js';

jest.setTimeout(120_000);

const COUNT = 20_000;

async function fill(bus: NatsBus): Promise<void> {
  for (let seq = 1; seq <= COUNT; seq++) {
    const { subject, payload } = heartbeat(`n${seq % 100}`, seq);
    bus.publish(subject, payload);
  }
  await record(bus, issued('end', 1));
}

/** Reads to the end; `disturb` comes after each batch. */
async function readAll(
  reading: LogReading,
  disturb: (batch: number) => unknown = () => {},
): Promise<{ positions: number[]; gaps: NonNullable<LogBatch['gap']>[] }> {
  const seen = { positions: [] as number[], gaps: [] as NonNullable<LogBatch['gap']>[] };
  let batch = 0;
  for await (const { entries, gap } of reading.batches()) {
    if (gap) seen.gaps.push(gap);
    for (const { position } of entries) seen.positions.push(position);
    await disturb(++batch);
  }
  return seen;
}

const upTo = (end: number) => Array.from({ length: end }, (_, index) => index + 1);

describeWith(['nats-server'], 'reading a part of the log of a real server', () => {
  let server: StartedNats;
  let bus: NatsBus;
  beforeEach(async () => {
    server = await startNats();
    bus = NatsBus.connect({ servers: server.url, name: 'reader', closeTimeoutMs: 500 });
    await bus.provision();
    await fill(bus);
  });
  afterEach(async () => {
    await bus.close();
    await server.stop();
  });

  it('shows every position once, although the server dies again and again', async () => {
    const reading = await bus.readLog({});
    const { positions, gaps } = await readAll(reading, (batch) => batch % 3 === 1 && server.restart());
    expect(positions).toEqual(upTo(COUNT + 1));
    expect(gaps).toEqual([]);
  });

  it('shows every position once, although the server forgets its reader', async () => {
    const forget = () =>
      asAdmin(server.url, async ({ consumers }) => {
        for await (const { name } of consumers.list(LOG_STREAM)) await consumers.delete(LOG_STREAM, name);
      });
    const { positions } = await readAll(await bus.readLog({}), (batch) => batch === 2 && forget());
    expect(positions).toEqual(upTo(COUNT + 1));
  });

  it('tells what retention takes away while it reads, and holes', async () => {
    const shorten = () =>
      asAdmin(server.url, async ({ streams }) => {
        await streams.deleteMessage(LOG_STREAM, COUNT - 10);
        await streams.purge(LOG_STREAM, { seq: COUNT - 100 });
      });
    const { positions, gaps } = await readAll(await bus.readLog({}), (batch) => batch === 1 && shorten());
    const [first, hole] = gaps;
    expect(first).toMatchObject({ to: COUNT - 101, cause: 'retention' });
    expect(hole).toEqual({ from: COUNT - 10, to: COUNT - 10, cause: 'retention' });
    const missing = new Set(gaps.flatMap(({ from, to }) => upTo(to).slice(from - 1)));
    expect(positions).toEqual(upTo(COUNT + 1).filter((position) => !missing.has(position)));
  });

  it('ends with a gap when all the rest was taken away, or the log itself', async () => {
    const [emptied, removed] = [await bus.readLog({}), await bus.readLog({})];
    const empty = () => asAdmin(server.url, ({ streams }) => streams.purge(LOG_STREAM));
    const { gaps } = await readAll(emptied, (batch) => batch === 1 && empty());
    expect(gaps).toEqual([{ from: expect.any(Number), to: COUNT + 1, cause: 'retention' }]);
    await asAdmin(server.url, ({ streams }) => streams.delete(LOG_STREAM));
    expect((await readAll(removed)).gaps).toEqual([{ from: 1, to: COUNT + 1, cause: 'new-stream' }]);
  });

  it('is not read ahead further than a batch, however slowly it is taken', async () => {
    const reading = await bus.readLog({});
    const taken = reading.batches()[Symbol.asyncIterator]();
    const { value } = await taken.next();
    const delivered = () =>
      asAdmin(server.url, async ({ consumers }) => {
        const found = await consumers.list(LOG_STREAM).next();
        return found[0]?.delivered.stream_seq ?? 0;
      });
    let sent = 0;
    await until(() => {
      void delivered().then((position) => (sent = position));
      return sent >= 2 * value.position;
    });
    expect(await delivered()).toBe(2 * value.position);
    await taken.return?.();
  });
});

describeWith(['nats-server'], 'reading a part of the log of a cluster', () => {
  it('shows every position once, although the leader of the log dies', async () => {
    const cluster = await startNatsCluster(3);
    const bus = NatsBus.connect({ servers: cluster.urls, name: 'reader', closeTimeoutMs: 500 });
    await bus.provision({ ...DEFAULT_RETENTION, replicas: 3 });
    await fill(bus);
    const stored = (await bus.readLog({})).info.lastPosition;
    const killLeader = async () => {
      const info = await asAdmin(cluster.urls, ({ streams }) => streams.info(LOG_STREAM));
      await cluster.servers.get(info.cluster?.leader ?? '')?.kill();
    };
    const { positions, gaps } = await readAll(await bus.readLog({}), (batch) => batch === 2 && killLeader());
    expect(positions).toEqual(upTo(stored));
    expect(gaps).toEqual([]);
    await bus.close();
    await cluster.stop();
  });
});

describeWith(['nats-server'], 'reading the log of a server without JetStream', () => {
  it('ends, and says what is missing', async () => {
    const server = await startNats({ jetstream: false });
    const bus = NatsBus.connect({ servers: server.url, name: 'reader', closeTimeoutMs: 500 });
    await expect(bus.readLog({})).rejects.toMatchObject({ code: 'no-jetstream' });
    await bus.close();
    await server.stop();
  });
});
