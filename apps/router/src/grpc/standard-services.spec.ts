import { afterEach, describe, expect, it } from '@jest/globals';
import type { Client } from '@grpc/grpc-js';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MemoryBus } from '@spillway/messaging';
import { aPolicy } from '@spillway/testkit';
import { aFleet } from '../testing/fleet.harness.js';
import { connectHealth, connectStub, type HealthStub } from '../testing/grpc.harness.js';
import { announce } from '../testing/log.harness.js';
import { startReadyRouter, startTestRouter, type TestRouter } from '../testing/router.harness.js';
import { until } from '../testing/until.harness.js';

const SERVICE = 'spillway.v1.IceService';

let router: TestRouter;
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await router.stop();
});

interface ReflectionStub extends Client {
  serverReflectionInfo(): ReturnType<Client['makeBidiStreamRequest']>;
}

/** It is closed after the spec. */
function opened<Stub extends Client>(client: Stub): Stub {
  clients.push(client);
  return client;
}

function check(health: HealthStub, service: string): Promise<string> {
  return new Promise((resolve, reject) => {
    health.check({ service }, (error, answer) => (error ? reject(error) : resolve(answer.status)));
  });
}

describe('the standard health service', () => {
  it.each(['', SERVICE])(
    'says of %j NOT_SERVING before the log has been read, then SERVING',
    async (service) => {
      const bus = new MemoryBus();
      router = await startTestRouter({ bus });
      const health = opened(connectHealth(router.grpcAddress));
      expect(await check(health, service)).toBe('NOT_SERVING');
      await announce(bus, aPolicy(), aFleet());
      await until(async () => (await check(health, service)) === 'SERVING');
      expect((await router.fetch('/readyz')).status).toBe(200);
    },
  );

  it('goes on serving without a link to NATS: answers come from memory', async () => {
    const bus = new MemoryBus();
    router = await startReadyRouter({ bus });
    const health = opened(connectHealth(router.grpcAddress));
    await until(async () => (await check(health, SERVICE)) === 'SERVING');
    bus.dropLink();
    expect(await (await router.fetch('/readyz')).json()).toMatchObject({ ready: true, degraded: true });
    expect(await check(health, SERVICE)).toBe('SERVING');
  });

  it('knows no other service', async () => {
    router = await startTestRouter();
    await expect(
      check(opened(connectHealth(router.grpcAddress)), 'spillway.v2.IceService'),
    ).rejects.toMatchObject({ code: 5 });
  });

  it('tells a watcher of the change', async () => {
    const bus = new MemoryBus();
    router = await startTestRouter({ bus });
    const watch = opened(connectHealth(router.grpcAddress)).watch({ service: SERVICE });
    watch.on('error', () => {});
    const seen: string[] = [];
    watch.on('data', ({ status }: { status: string }) => void seen.push(status));
    await until(() => seen.length === 1);
    await announce(bus, aPolicy(), aFleet());
    await until(() => seen.includes('SERVING'));
    expect(seen[0]).toBe('NOT_SERVING');
    watch.cancel();
  });
});

describe('the standard reflection service', () => {
  it.each(['v1', 'v1alpha'])('%s lists our service and gives its definition', async (version) => {
    router = await startTestRouter();
    const root = dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json'));
    const proto = join(root, 'build/proto/grpc/reflection', version, 'reflection.proto');
    const reflection = opened(
      connectStub(proto, `grpc.reflection.${version}.ServerReflection`, router.grpcAddress),
    ) as ReflectionStub;
    const stream = reflection.serverReflectionInfo();
    const answers: Record<string, never>[] = [];
    stream.on('data', (answer: Record<string, never>) => void answers.push(answer));
    const ended = new Promise((resolve) => stream.on('end', resolve));
    stream.write({ listServices: '' });
    stream.write({ fileContainingSymbol: SERVICE });
    stream.end();
    await ended;
    expect(answers[0]).toMatchObject({
      listServicesResponse: { service: expect.arrayContaining([{ name: SERVICE }]) },
    });
    expect(answers[1]).toMatchObject({ fileDescriptorResponse: { fileDescriptorProto: expect.anything() } });
  });
});
