import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { status, type ServiceError } from '@grpc/grpc-js';
import { aHeartbeat } from '@spillway/testkit';
import { iceServersAnswerSchema } from '@spillway/contracts';
import { aFleet, CLIENTS } from '../testing/fleet.harness.js';
import {
  collect,
  connectIceClient,
  type IceClient,
  type RegionsSnapshot,
  type StreamResult,
} from '../testing/grpc.harness.js';
import type { KeyName } from '../testing/keys.harness.js';
import { publishHeartbeat } from '../testing/log.harness.js';
import { startReadyRouter, startTestRouter, type TestRouter } from '../testing/router.harness.js';
import { settled, until } from '../testing/until.harness.js';

let router: TestRouter;
let client: IceClient;
beforeAll(async () => {
  router = await startReadyRouter();
  client = connectIceClient(router.grpcAddress);
});
afterAll(async () => {
  client.close();
  await router.stop();
});

const frankfurt = { clientIp: CLIENTS.frankfurt };

/** What a refusal says, in gRPC's terms. */
async function refusalOf(
  call: Promise<unknown>,
): Promise<{ code: string; problem: unknown; field: unknown }> {
  const error = await call.then(
    () => undefined,
    (error: ServiceError) => error,
  );
  if (!error) throw new Error('the call was answered');
  const [problem] = error.metadata.get('spillway-code');
  const [field] = error.metadata.get('spillway-field');
  return { code: status[error.code], problem, field };
}

describe('GetIceServers', () => {
  it('answers what HTTP answers', async () => {
    const answer = await client.ask({ ...frankfurt, userId: 'alice', ttlSeconds: 600 });
    expect(iceServersAnswerSchema.parse(answer)).toMatchObject({
      ttlSeconds: 600,
      placement: { region: 'eu-central-1', nearestRegion: 'eu-central-1', reason: 'nearest' },
    });
    const body = { ...frankfurt, userId: 'alice', ttlSeconds: 600 };
    const overHttp = iceServersAnswerSchema.parse(await (await router.ask(body)).json());
    const urls = (each: { iceServers: { urls: string[] }[] }) => each.iceServers.map(({ urls }) => urls);
    expect(urls(answer)).toEqual(urls(overHttp));
  });

  it('leaves out the nearest region of a client without a place', async () => {
    const { placement } = await client.ask();
    expect(placement).toMatchObject({ region: 'us-east-1', reason: 'fallback' });
    expect(placement).not.toHaveProperty('nearestRegion');
  });

  it.each<[string, object, KeyName | null, string, string, string | undefined]>([
    ['an empty user', { userId: '' }, 'server', 'INVALID_ARGUMENT', 'invalid-field', 'userId'],
    ['a long user', { userId: 'x'.repeat(257) }, 'server', 'INVALID_ARGUMENT', 'invalid-field', 'userId'],
    ['a bad address', { clientIp: '1.2.3' }, 'server', 'INVALID_ARGUMENT', 'invalid-field', 'clientIp'],
    [
      'a bad region',
      { region: { require: ['ok', 'a b'] } },
      'server',
      'INVALID_ARGUMENT',
      'invalid-field',
      'region.require.1',
    ],
    [
      'no such region',
      { region: { prefer: 'mars-1' } },
      'server',
      'INVALID_ARGUMENT',
      'invalid-field',
      'region.prefer',
    ],
    ['no lifetime', { ttlSeconds: 0 }, 'server', 'INVALID_ARGUMENT', 'invalid-field', 'ttlSeconds'],
    [
      'a lifetime out of bounds',
      { ttlSeconds: 86_401 },
      'server',
      'INVALID_ARGUMENT',
      'invalid-field',
      'ttlSeconds',
    ],
    ['no nodes', { count: 0 }, 'server', 'INVALID_ARGUMENT', 'invalid-field', 'count'],
    ['too many nodes', { count: 4 }, 'server', 'INVALID_ARGUMENT', 'invalid-field', 'count'],
    [
      'a transport of no kind',
      { transports: [1, 0] },
      'server',
      'INVALID_ARGUMENT',
      'invalid-field',
      'transports.1',
    ],
    [
      'an unknown transport',
      { transports: [9] },
      'server',
      'INVALID_ARGUMENT',
      'invalid-field',
      'transports.0',
    ],
    ['no key', {}, null, 'UNAUTHENTICATED', 'missing-key', undefined],
    ['no scope', {}, 'watcher', 'PERMISSION_DENIED', 'missing-scope', undefined],
    ['no scope for an address', frankfurt, 'client', 'PERMISSION_DENIED', 'missing-scope', 'clientIp'],
    [
      'no scope for a region',
      { region: { require: ['us-east-1'] } },
      'client',
      'PERMISSION_DENIED',
      'missing-scope',
      'region.require',
    ],
    [
      'a region without nodes',
      { region: { require: ['mars-1'] } },
      'server',
      'FAILED_PRECONDITION',
      'requirement-unmet',
      'region.require',
    ],
    [
      'a transport nobody has',
      { transports: [3] },
      'server',
      'FAILED_PRECONDITION',
      'requirement-unmet',
      'transports',
    ],
  ])('refuses %s: %j with the key %s', async (_what, request, key, code, problem, field) => {
    expect(await refusalOf(client.ask(request, key))).toEqual({ code, problem, field });
  });

  it('takes a key for this machine only from this machine', async () => {
    await expect(client.ask({}, 'local')).resolves.toHaveProperty('placement');
  });

  it('says when to ask again', async () => {
    const error = await client.ask({ transports: [3] }).catch((error: ServiceError) => error);
    expect((error as ServiceError).metadata.get('retry-after')).toEqual(['2']);
  });

  it('refuses a message that is larger than 16 KiB', async () => {
    const require = Array.from({ length: 300 }, (_, i) => `region-${i}-${'x'.repeat(50)}`);
    expect(await refusalOf(client.ask({ region: { require } }))).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
    });
  });

  it('is limited as HTTP is', async () => {
    const limited = await startReadyRouter({ config: { RATE_LIMIT_PER_CLIENT: 1 } });
    const other = connectIceClient(limited.grpcAddress);
    try {
      await other.ask({}, 'client');
      const expected = { code: 'RESOURCE_EXHAUSTED', problem: 'rate-limited' };
      expect(await refusalOf(other.ask({}, 'client'))).toMatchObject(expected);
      expect((await limited.ask({}, 'client')).status).toBe(429);
    } finally {
      other.close();
      await limited.stop();
    }
  });
});

describe('StreamIceServers', () => {
  it('answers in the order of the requests, each with its id', async () => {
    const stream = client.stream();
    const results = collect(stream);
    const clients = [CLIENTS.frankfurt, CLIENTS.singapore, '10.0.0.1', CLIENTS.frankfurtIpv6];
    clients.forEach((clientIp, i) => stream.write({ id: `r-${i}`, request: { clientIp } }));
    stream.end();
    expect((await results).map(({ id, answer }) => [id, answer?.placement.region])).toEqual([
      ['r-0', 'eu-central-1'],
      ['r-1', 'ap-southeast-1'],
      ['r-2', 'us-east-1'],
      ['r-3', 'eu-central-1'],
    ]);
  });

  it('goes on behind a request that is bad', async () => {
    const stream = client.stream();
    const results = collect(stream);
    for (const request of [frankfurt, { count: 9 }, { clientIp: 'x' }, undefined, frankfurt]) {
      stream.write({ id: JSON.stringify(request ?? null), ...(request && { request }) });
    }
    stream.end();
    const outcome = ({ result, problem }: StreamResult) => problem?.field ?? result;
    expect((await results).map(outcome)).toEqual(['answer', 'count', 'clientIp', 'answer', 'answer']);
    expect((await results)[1]?.problem).toMatchObject({ code: 'invalid-field', status: 400 });
  });

  it('answers every request of a key that is not known with a problem', async () => {
    const stream = client.stream('watcher');
    const results = collect(stream);
    stream.write({ id: 'a' });
    stream.end();
    expect(await results).toMatchObject([{ id: 'a', problem: { code: 'missing-scope', status: 403 } }]);
  });

  it('waits for a client that does not read, and loses nothing of 5,000 requests', async () => {
    const count = 5_000;
    const before = await router.metric('spillway_requests_total{face="grpc",code="ok"}');
    const answered = async () =>
      (await router.metric('spillway_requests_total{face="grpc",code="ok"}')) - before;
    const stream = client.stream();
    const results: StreamResult[] = [];
    stream.on('data', (result: StreamResult) => {
      // From the first answer on it does not read: a client of grpc-js takes in all before that.
      if (results.push(result) === 1) stream.pause();
    });
    for (let i = 0; i < count; i++) stream.write({ id: `${i}`, request: frankfurt });
    stream.end();
    expect(await settled(answered)).toBeLessThan(count);
    const ended = new Promise((resolve) => stream.on('end', resolve));
    stream.resume();
    await ended;
    expect(results.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, i) => `${i}`));
    expect(results.every(({ result }) => result === 'answer')).toBe(true);
  });

  it('outlives a client that goes away in the middle', async () => {
    const stream = client.stream();
    stream.on('error', () => {});
    for (let i = 0; i < 500; i++) stream.write({ id: `${i}`, request: frankfurt });
    await new Promise((resolve) => stream.once('data', resolve));
    stream.cancel();
    await expect(client.ask()).resolves.toHaveProperty('placement');
  });
});

describe('WatchRegions', () => {
  it('tells the state of every region now, and again when it has changed', async () => {
    const watch = client.watch();
    watch.on('error', () => {});
    const snapshots: RegionsSnapshot[] = [];
    watch.on('data', (snapshot: RegionsSnapshot) => void snapshots.push(snapshot));
    await until(() => snapshots.length === 1);
    const nodesIn = (snapshot?: RegionsSnapshot) => snapshot?.regions.map(({ usableNodes }) => usableNodes);
    expect(snapshots[0]?.regions.map(({ region }) => region)).toEqual(aFleet().map(({ region }) => region));
    expect(nodesIn(snapshots[0])).toEqual([1, 1, 1]);
    publishHeartbeat(router.bus, aHeartbeat({ nodeId: 'late', region: 'ap-southeast-1' }));
    await until(() => nodesIn(snapshots.at(-1))?.[2] === 2);
    expect(snapshots.at(-1)?.position).toBeGreaterThan(snapshots[0]?.position ?? Infinity);
    watch.cancel();
  });

  it.each<[KeyName | null, string, string]>([
    [null, 'UNAUTHENTICATED', 'missing-key'],
    ['watcher', 'PERMISSION_DENIED', 'missing-scope'],
  ])('is not for the key %s', async (key, code, problem) => {
    expect(await refusalOf(collect(client.watch(key)))).toMatchObject({ code, problem });
  });
});

describe('a router that has read nothing yet', () => {
  it('says UNAVAILABLE and when to ask again', async () => {
    const unready = await startTestRouter();
    const other = connectIceClient(unready.grpcAddress);
    try {
      expect(await refusalOf(other.ask())).toMatchObject({ code: 'UNAVAILABLE', problem: 'not-ready' });
    } finally {
      other.close();
      await unready.stop();
    }
  });
});
