import { jest } from '@jest/globals';
import { LOG_STREAM } from '@spillway/contracts';
import { describeWith, startNats, startProxy } from '@spillway/testkit';
import { describeBus, type BusHarness } from './bus.conformance.js';
import { asAdmin } from './conformance/nats-admin.js';
import { NatsBus } from './nats-bus.js';

/** Every bus reaches the server over a cable of its own; what is done to the stream goes past them. */
async function startNatsHarness(): Promise<BusHarness> {
  const server = await startNats();
  const proxies: { stop(): Promise<void> }[] = [];
  return {
    connect: async () => {
      const proxy = await startProxy(server.port);
      proxies.push(proxy);
      const servers = `nats://127.0.0.1:${proxy.port}`;
      const bus = NatsBus.connect({ servers, name: 'conformance', closeTimeoutMs: 500 });
      return { bus, cut: proxy.cut, mend: proxy.mend };
    },
    purgeUpTo: (position) =>
      asAdmin(server.url, ({ streams }) => streams.purge(LOG_STREAM, { seq: position + 1 })),
    wipe: () =>
      asAdmin(server.url, async ({ streams }) => {
        for await (const { config } of streams.list()) await streams.delete(config.name);
      }),
    killBroker: server.kill,
    restartBroker: server.restart,
    stop: async () => {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      await server.stop();
    },
  };
}

jest.setTimeout(30_000);

describeWith(['nats-server'], 'with nats-server', () => {
  describeBus('NatsBus', startNatsHarness, 5);
});
