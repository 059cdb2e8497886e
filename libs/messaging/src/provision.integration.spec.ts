import { afterEach, expect, it, jest } from '@jest/globals';
import { nanos } from '@nats-io/transport-node';
import { DEFAULT_RETENTION, LOG_STREAM, STATE_BUCKET } from '@spillway/contracts';
import { describeWith, startNats, type NatsServerOptions, type StartedNats } from '@spillway/testkit';
import { heartbeat } from './conformance/events.js';
import { record } from './conformance/following.js';
import { until } from './conformance/harness.js';
import { asAdmin } from './conformance/nats-admin.js';
import { NatsBus } from './nats-bus.js';

jest.setTimeout(30_000);

const toEnd: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of toEnd.splice(0).toReversed()) await end();
});

async function start(options: NatsServerOptions = {}): Promise<{ server: StartedNats; bus: NatsBus }> {
  const server = await startNats(options);
  const bus = NatsBus.connect({ servers: server.url, name: 'provisioner', closeTimeoutMs: 500 });
  toEnd.push(server.stop, () => bus.close());
  return { server, bus };
}

const configOf = (server: StartedNats, stream: string) =>
  asAdmin(server.url, async ({ streams }) => (await streams.info(stream)).config);

describeWith(['nats-server'], 'provisioning on a real server', () => {
  it('creates the log in files and the state without an end', async () => {
    const { server, bus } = await start();
    await bus.provision();
    expect(await configOf(server, LOG_STREAM)).toMatchObject({
      subjects: ['turn.v1.>'],
      storage: 'file',
      discard: 'old',
      duplicate_window: nanos(120_000),
      allow_direct: true,
      max_age: nanos(DEFAULT_RETENTION.maxAgeSeconds * 1000),
      max_bytes: DEFAULT_RETENTION.maxBytes,
    });
    expect(await configOf(server, `KV_${STATE_BUCKET}`)).toMatchObject({ storage: 'file', max_age: 0 });
  });

  it('lets the oldest go where the log is full, and takes what is new', async () => {
    const { bus } = await start();
    const maxBytes = 200_000;
    await bus.provision({ ...DEFAULT_RETENTION, maxBytes });
    const at = async (count: number) => {
      const { subject, payload } = heartbeat('a', count);
      for (let n = 0; n < count; n++) bus.publish(subject, payload);
      return bus.record(subject, payload, `${count}`);
    };
    await at(100);
    const { bytes: few = 0 } = (await bus.logUsage()) ?? {};
    expect(await at(4_000)).toBe(4_102);
    const usage = await bus.logUsage();
    expect(usage).toMatchObject({ maxBytes, maxAgeMs: DEFAULT_RETENTION.maxAgeSeconds * 1000 });
    expect(usage?.bytes).toBeGreaterThan(few);
    expect(usage?.bytes).toBeLessThanOrEqual(maxBytes);
    expect(usage?.bytes).toBeGreaterThan(0.9 * maxBytes);
  });

  it('changes the retention of a log that is there and keeps what is in it', async () => {
    const { server, bus } = await start();
    await bus.provision();
    await record(bus, heartbeat('a', 1));
    await bus.provision({ ...DEFAULT_RETENTION, maxAgeSeconds: 60, maxMessagesPerSubject: 5 });
    const changed = { max_age: nanos(60_000), max_msgs_per_subject: 5, duplicate_window: nanos(60_000) };
    expect(await configOf(server, LOG_STREAM)).toMatchObject(changed);
    await bus.provision();
    expect(await configOf(server, LOG_STREAM)).toMatchObject(changed);
    const kept = await asAdmin(
      server.url,
      async ({ streams }) => (await streams.info(LOG_STREAM)).state.messages,
    );
    expect(kept).toBe(1);
  });

  it('says what to do where there is no JetStream, and provisions by itself once there is', async () => {
    const { server, bus } = await start({ jetstream: false });
    await expect(bus.provision()).rejects.toMatchObject({
      name: 'ProvisionError',
      code: 'no-jetstream',
      remedy: expect.stringContaining('-js'),
    });
    await server.stop();
    await until(() => bus.link === 'down');
    const better = await startNats({ port: server.port });
    toEnd.unshift(better.stop);
    expect(await record(bus, heartbeat('a', 1))).toEqual([1]);
  });

  it.each([
    [
      'more replicas than servers',
      { ...DEFAULT_RETENTION, replicas: 3 },
      'not-enough-servers',
      'LOG_REPLICAS',
    ],
    [
      'more bytes than the disk has',
      { ...DEFAULT_RETENTION, maxBytes: 2 ** 52 },
      'not-enough-storage',
      'LOG_MAX_BYTES',
    ],
  ])('says what to do about %s', async (_what, retention, code, remedy) => {
    const { bus } = await start();
    await expect(bus.provision(retention)).rejects.toMatchObject({
      code,
      remedy: expect.stringContaining(remedy),
    });
  });

  it('says what to do where another stream captures the same subjects', async () => {
    const { server, bus } = await start();
    await asAdmin(server.url, ({ streams }) => streams.add({ name: 'OTHER', subjects: ['turn.>'] }));
    await expect(bus.provision()).rejects.toMatchObject({ code: 'subjects-taken' });
  });

  it('says so when what is there cannot become the log', async () => {
    const { server, bus } = await start();
    await asAdmin(server.url, async ({ streams }) => {
      await streams.add({ name: 'ORIGIN', subjects: ['origin'] });
      await streams.add({ name: LOG_STREAM, mirror: { name: 'ORIGIN' } });
    });
    await expect(bus.provision(DEFAULT_RETENTION)).rejects.toMatchObject({
      name: 'ProvisionError',
      code: 'refused',
    });
  });

  it('connects with the user and password of the URL, and keeps trying with wrong ones', async () => {
    const { server, bus: nobody } = await start({ args: ['--user', 'router', '--pass', 'p@ss'] });
    const servers = server.url.replace('//', '//router:p%40ss@');
    const bus = NatsBus.connect({ servers, name: 'router' });
    toEnd.push(() => bus.close());
    await bus.provision();
    expect(nobody.link).toBe('down');
  });
});
