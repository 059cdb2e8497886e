import { describe, expect, it } from '@jest/globals';
import { RequestError } from '@spillway/messaging';
import { followIssued } from './testing/log.harness.js';
import { aSharedLog, startReadyRouter } from './testing/router.harness.js';
import { collect, connectHealth, connectIceClient } from './testing/grpc.harness.js';
import { recordingLogger } from './testing/loggers.harness.js';
import { until } from './testing/until.harness.js';

describe('a router that is told to stop', () => {
  it('stops accepting and finishes, then flushes what it issued, then lets go of NATS', async () => {
    const { bus, other } = aSharedLog();
    const logger = recordingLogger();
    const router = await startReadyRouter({ bus, logger });
    const issued = await followIssued(other);
    const { placement } = (await (await router.ask()).json()) as { placement: { decisionId: string } };
    expect(await router.stop()).toBe(true);
    const steps = logger.lines.map(({ text }) => text).filter((text) => text.startsWith('Shutdown: '));
    expect(steps.map((text) => text.replace(/ \(\d+ ms\)/, ''))).toEqual([
      'Shutdown: requests finished',
      'Shutdown: decisions on the log',
      'Shutdown: NATS let go',
    ]);
    expect(issued).toContain(placement.decisionId);
    expect(bus.link).toBe('down');
    await expect(router.fetch('/healthz')).rejects.toThrow('fetch failed');
    await expect(other.request('turn.query.ice-servers', { payload: {} }, 1_000)).rejects.toThrow(
      RequestError,
    );
  });

  it('ends the streams of its gRPC clients, who would otherwise hold it up', async () => {
    const router = await startReadyRouter();
    const client = connectIceClient(router.grpcAddress);
    const watch = client.watch();
    const stream = client.stream();
    const ends = [collect(watch), collect(stream)].map((end) =>
      end.then(
        () => 'ended',
        (error: { code: number }) => error.code,
      ),
    );
    stream.write({ id: 'a' });
    await Promise.all([watch, stream].map((each) => new Promise((resolve) => each.once('data', resolve))));
    const startedAt = performance.now();
    expect(await router.stop()).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    // UNAVAILABLE tells a client to try another router.
    expect(await Promise.all(ends)).toEqual([14, 14]);
    client.close();
  });

  it('tells who watches its health that it does not serve any more, and does not wait for them', async () => {
    const router = await startReadyRouter();
    const health = connectHealth(router.grpcAddress);
    const watch = health.watch({ service: '' });
    const seen: string[] = [];
    watch.on('data', ({ status }: { status: string }) => void seen.push(status));
    const ended = new Promise((resolve) => watch.on('error', resolve));
    await until(() => seen.includes('SERVING'));
    expect(await router.stop()).toBe(true);
    await ended;
    expect(seen.at(-1)).toBe('NOT_SERVING');
    health.close();
  });

  it('answers what a gRPC client had sent before', async () => {
    const router = await startReadyRouter();
    const client = connectIceClient(router.grpcAddress);
    const stream = client.stream();
    const ids: string[] = [];
    stream.on('data', ({ id }: { id: string }) => void ids.push(id));
    const ended = new Promise((resolve) => stream.on('error', resolve));
    for (let i = 0; i < 100; i++) stream.write({ id: `${i}` });
    await until(() => ids.length > 0);
    await router.stop();
    await ended;
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => `${i}`));
    client.close();
  });

  it('does not take long without NATS', async () => {
    const { bus } = aSharedLog();
    const router = await startReadyRouter({ bus });
    bus.dropLink();
    const startedAt = performance.now();
    expect(await router.stop()).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  });
});
