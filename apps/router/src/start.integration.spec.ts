import { describe, expect, it, jest } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { QUERY_ICE_SERVERS } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { aPolicy, describeWith, startNats } from '@spillway/testkit';
import { aFleet } from './testing/fleet.harness.js';
import { connectHealth, connectIceClient } from './testing/grpc.harness.js';
import { bearer } from './testing/keys.harness.js';
import { announce } from './testing/log.harness.js';
import { runRouterToItsEnd, startRouterProcess } from './testing/router-process.harness.js';
import { until } from './testing/until.harness.js';

jest.setTimeout(60_000);

/** Of a university in Germany. */
const GERMAN = '141.24.1.1';

/** A port that somebody else listens on. */
async function busyPort(): Promise<{ port: string; free: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port: `${port}`, free: () => void server.close() };
}

describe('a router that cannot start', () => {
  it('names every variable that is wrong at once, and shows no secret', async () => {
    const { exitCode, output } = await runRouterToItsEnd({
      TURN_MASTER_SECRET: 'too-short',
      TURN_MASTER_EPOCH: '2',
      API_KEYS_FILE: '',
      HTTP_PORT: '99999',
      TRUSTED_PROXIES: '10.0.0.0/8,everybody',
      LOG_REPLICAS: '6',
    });
    expect(exitCode).toBe(1);
    const named = [...output.matchAll(/^ {2}- (\w+) /gm)].map(([, name]) => name);
    expect(named).toEqual([
      'HTTP_PORT',
      'TURN_MASTER_SECRET',
      'API_KEYS_FILE',
      'TRUSTED_PROXIES',
      'LOG_REPLICAS',
      'TURN_MASTER_SECRET_PREVIOUS',
    ]);
    expect(output).not.toContain('too-short');
  });

  it.each([
    [
      'the file of keys is missing',
      { API_KEYS_FILE: '/nowhere/keys.json' },
      /API_KEYS_FILE \/nowhere\/keys\.json: ENOENT/,
    ],
    ['the geo database is missing', { GEOIP_DB: '/nowhere/city.mmdb' }, /\/nowhere\/city\.mmdb/],
    ['the NATS address is none', { NATS_URL: 'nats://' }, /nats:\/\//],
  ])('says why where %s', async (_what, env, message) => {
    const { exitCode, output } = await runRouterToItsEnd(env);
    expect([exitCode, output]).toEqual([1, expect.stringMatching(message)]);
    expect(output).not.toMatch(/^ +at /m);
  });

  it.each(['HTTP_PORT', 'GRPC_PORT'])('names %s where somebody else has that port', async (variable) => {
    const { port, free } = await busyPort();
    const { exitCode, output } = await runRouterToItsEnd({ [variable]: port });
    free();
    expect([exitCode, output]).toEqual([
      1,
      expect.stringContaining(`the port is in use. Set ${variable} to a free one`),
    ]);
    expect(output).not.toMatch(/^ +at /m);
  });
});

describeWith(['nats-server'], 'a router as it is shipped', () => {
  it('serves over HTTP, gRPC and NATS, and knows where a client is', async () => {
    const nats = await startNats();
    const bus = NatsBus.connect({ servers: nats.url, name: 'spec' });
    await bus.provision();
    await announce(bus, aPolicy(), aFleet());
    const router = await startRouterProcess(nats.url);
    const ice = connectIceClient(router.grpcAddress);
    const health = connectHealth(router.grpcAddress);
    await until(() => new Promise((found) => health.check({}, (_, up) => found(up?.status === 'SERVING'))));

    const request = { clientIp: GERMAN };
    const message = { payload: request, headers: { authorization: bearer('server') } };
    const reply = await bus.request(QUERY_ICE_SERVERS, message, 5_000);
    const { placement } = JSON.parse(new TextDecoder().decode(reply.data)) as {
      placement: { region: string };
    };
    const answers = [await router.ask(request), await ice.ask(request), { placement }];
    expect(answers.map(({ placement }) => placement.region)).toEqual(Array(3).fill('eu-central-1'));

    ice.close();
    health.close();
    expect(await router.terminate()).toBe(0);
    await bus.close();
    await nats.stop();
  });
});
