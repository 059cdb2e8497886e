import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { DEFAULT_RETENTION, LOG_STREAM, subjectOf } from '@spillway/contracts';
import { describeWith, startNats, startProxy, type StartedNats, type StartedProxy } from '@spillway/testkit';
import type { FollowOptions } from './bus.js';
import { heartbeat, issued, Witness } from './conformance/events.js';
import { record } from './conformance/following.js';
import { until } from './conformance/harness.js';
import { asAdmin } from './conformance/nats-admin.js';
import { NatsBus } from './nats-bus.js';

jest.setTimeout(60_000);

const buses: NatsBus[] = [];
const proxies: StartedProxy[] = [];

function connect(servers: string): NatsBus {
  const bus = NatsBus.connect({ servers, name: 'faults', closeTimeoutMs: 500 });
  buses.push(bus);
  return bus;
}

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
});

describeWith(['nats-server'], 'NatsBus and the faults of a real server', () => {
  let server: StartedNats;
  beforeEach(async () => {
    server = await startNats();
  });
  afterEach(() => server.stop());

  it('starts without a server and is whole once there is one', async () => {
    await server.kill();
    const bus = connect(server.url);
    const witness = new Witness();
    await bus.follow(witness);
    await bus.respond('turn.query.test', 'queue', () => Promise.resolve({ payload: 'here' }));
    bus.publish(heartbeat('a', 1).subject, heartbeat('a', 1).payload);
    const provisioning = bus.provision();
    const recording = record(bus, heartbeat('a', 2));
    expect(bus.link).toBe('down');

    await server.restart();
    await provisioning;
    expect(await recording).toEqual([1]);
    await until(() => witness.names.includes('a/2'));
    const answer = await bus.request('turn.query.test', { payload: 1 }, 2_000);
    expect(new TextDecoder().decode(answer.data)).toBe('"here"');
  });

  it('takes no stored message for a request that somebody has JetStream deliver as one', async () => {
    const bus = connect(server.url);
    await bus.provision();
    const asked: string[] = [];
    await bus.respond('turn.query.test', 'queue', ({ data }) => {
      asked.push(new TextDecoder().decode(data));
      return Promise.resolve({ payload: 'here' });
    });
    bus.publish(heartbeat('a', 1).subject, 'stored');
    await asAdmin(server.url, ({ consumers }) =>
      consumers.add(LOG_STREAM, { deliver_subject: 'turn.query.test', ack_policy: 'none' }),
    );
    await until(() => bus.link === 'up');
    await bus.request('turn.query.test', { payload: 'asked' }, 2_000);
    expect(asked).toEqual(['"asked"']);
  });

  it('closes at once when there never was a server', async () => {
    await server.kill();
    const bus = connect(server.url);
    await bus.follow(new Witness());
    await expect(bus.close()).resolves.toBeUndefined();
  });

  it('goes on with a server that came back with an empty store: provisions, records, begins anew', async () => {
    const bus = connect(server.url);
    await bus.provision();
    await record(bus, heartbeat('a', 1), heartbeat('b', 1));
    const witness = new Witness();
    await bus.follow(witness);
    await server.restart({ wipeStore: true });
    expect(await record(bus, heartbeat('z', 1))).toEqual([1]);
    await until(() => witness.entries.length === 3);
    expect(witness.gaps).toEqual([{ from: 3, to: null, cause: 'new-stream' }]);
    expect(witness.positions).toEqual([1, 2, 1]);
  });

  it('goes on with a log that was changed, though its server calls it another one after the next restart', async () => {
    const bus = connect(server.url);
    await bus.provision();
    const witness = new Witness();
    await bus.follow(witness);
    for (let restart = 1; restart <= 3; restart++) {
      await record(bus, heartbeat('a', restart));
      await until(() => witness.entries.length === restart);
      await bus.provision({ ...DEFAULT_RETENTION, maxAgeSeconds: 3_600 + restart });
      await server.restart();
      await until(() => bus.link === 'up');
    }
    await record(bus, heartbeat('a', 4));
    await until(() => witness.entries.length === 4);
    expect(witness.story).toEqual(['caught-up', 'a/1', 'a/2', 'a/3', 'a/4']);
  });

  it('records each message once through ten kills of the server', async () => {
    const bus = connect(server.url);
    await bus.provision();
    const witness = new Witness();
    await bus.follow(witness);
    let batch = 0;
    const over = new AbortController();
    const recording = Array.from({ length: 4 }, async () => {
      while (!over.signal.aborted) await record(bus, issued('r', ++batch));
    });
    for (let kill = 1; kill <= 10; kill++) {
      const enough = batch + 20;
      await until(() => batch >= enough);
      await server.restart();
    }
    over.abort();
    await Promise.all(recording);
    await until(() => witness.entries.length >= batch);
    const batches = witness.entries.map(({ event }) => (event.kind === 'issued' ? event.issued.batch : 0));
    expect(batches.sort((a, b) => a - b)).toEqual(Array.from({ length: batch }, (_, index) => index + 1));
    expect(witness.positions).toEqual(batches.map((_, index) => index + 1));
    expect(witness.gaps).toEqual([]);
    expect(witness.caughtUp).toHaveLength(1);
  });

  it('opens another reader when the server drops the one there was', async () => {
    const bus = connect(server.url);
    await bus.provision();
    const witness = new Witness();
    await bus.follow(witness);
    await record(bus, heartbeat('a', 1));
    await asAdmin(server.url, async ({ consumers }) => {
      for await (const { name } of consumers.list(LOG_STREAM)) await consumers.delete(LOG_STREAM, name);
    });
    await record(bus, heartbeat('a', 2));
    await until(() => witness.entries.length === 2);
    expect(witness.story).toEqual(['caught-up', 'a/1', 'a/2']);
  });

  it('tells a hole in the midst of what it has yet to read, and goes on behind it', async () => {
    const { follower, writer, witness } = await overProxy();
    await follower.cut();
    await record(writer, heartbeat('a', 2), heartbeat('b', 1), heartbeat('a', 3), heartbeat('b', 2));
    await asAdmin(server.url, ({ streams }) => streams.deleteMessage(LOG_STREAM, 3));
    follower.mend();
    await until(() => witness.caughtUp.length === 2);
    expect(witness.story).toEqual(['a/1', 'caught-up', 'a/2', 'gap', 'a/3', 'b/2', 'caught-up']);
    expect(witness.gaps).toEqual([{ from: 3, to: 3, cause: 'retention' }]);
  });

  it('tells no gap when nothing that its filter lets through is gone', async () => {
    const { follower, writer, witness } = await overProxy({ filter: subjectOf.heartbeat('north', 'a') });
    await record(writer, ...Array.from({ length: 50 }, (_, seq) => heartbeat('b', seq)));
    const writtenAt = Date.now();
    // Two of the server's idle heartbeats tell how far it has looked.
    await until(() => Date.now() > writtenAt + 2_500);
    await follower.cut();
    await asAdmin(server.url, ({ streams }) => streams.purge(LOG_STREAM, { seq: 52 }));
    await record(writer, heartbeat('a', 2));
    follower.mend();
    await until(() => witness.entries.length === 2);
    expect(witness.story).toEqual(['a/1', 'caught-up', 'a/2']);
  });

  async function overProxy(options: FollowOptions = {}) {
    const proxy = await startProxy(server.port);
    proxies.push(proxy);
    const bus = connect(`nats://127.0.0.1:${proxy.port}`);
    const writer = connect(server.url);
    const witness = new Witness();
    await bus.provision();
    await record(writer, heartbeat('a', 1));
    await bus.follow(witness, options);
    const cut = async () => {
      proxy.cut();
      await until(() => bus.link === 'down');
    };
    return { follower: { cut, mend: proxy.mend }, writer, witness };
  }

  it('hydrates 10,000 nodes and follows 20,000 more heartbeats in order', async () => {
    const bus = connect(server.url);
    await bus.provision();
    const live = new Witness();
    await bus.follow(live);
    const nodes = 10_000;
    for (let round = 1; round <= 3; round++) {
      for (let node = 0; node < nodes; node++) {
        const { subject, payload } = heartbeat(`n${node}`, round);
        bus.publish(subject, payload);
      }
      await until(() => live.entries.length === round * nodes);
    }
    expect(live.positions).toEqual(Array.from({ length: 3 * nodes }, (_, index) => index + 1));
    const fresh = new Witness();
    await bus.follow(fresh, { issuedWindowSeconds: 30 });
    expect(fresh.positions).toEqual(live.positions.slice(-nodes));
  });
});
