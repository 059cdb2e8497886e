import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  iceServersAnswerSchema,
  MAX_COUNT,
  problemSchema,
  QUERY_ICE_SERVERS,
  type Problem,
} from '@spillway/contracts';
import type { BusMessage, MemoryBus } from '@spillway/messaging';
import { CLIENTS } from '../testing/fleet.harness.js';
import { bearer, type KeyName } from '../testing/keys.harness.js';
import { aSharedLog, startReadyRouter, startTestRouter, type TestRouter } from '../testing/router.harness.js';

let router: TestRouter;
let asker: MemoryBus;
beforeAll(async () => {
  const { bus, other } = aSharedLog();
  asker = other;
  router = await startReadyRouter({ bus });
});
afterAll(() => router.stop());

const TIMEOUT_MS = 5_000;
const ask = (payload: unknown, key: KeyName = 'server', bus = asker): Promise<BusMessage> =>
  bus.request(QUERY_ICE_SERVERS, { payload, headers: { authorization: bearer(key) } }, TIMEOUT_MS);

const read = ({ data }: BusMessage): unknown => JSON.parse(new TextDecoder().decode(data));

/** Reads a problem document, and makes sure that the error headers say the same. */
function problemOf(answer: BusMessage): Problem {
  const problem = problemSchema.parse(read(answer));
  expect(answer.headers).toEqual({
    'Nats-Service-Error-Code': String(problem.status),
    'Nats-Service-Error': problem.code,
  });
  return problem;
}

describe('turn.query.ice-servers', () => {
  it('answers what HTTP answers', async () => {
    const body = { clientIp: CLIENTS.singapore, userId: 'alice', ttlSeconds: 600, count: 2 };
    const answer = await ask(body);
    expect(answer.headers).toEqual({});
    const [overNats, overHttp] = [read(answer), await (await router.ask(body)).json()].map((each) =>
      iceServersAnswerSchema.parse(each),
    );
    expect(overNats?.placement).toMatchObject({ region: 'ap-southeast-1', reason: 'nearest' });
    const shape = (each: typeof overNats) => each?.iceServers.map(({ urls, username }) => [urls, !!username]);
    expect(shape(overNats)).toEqual(shape(overHttp));
  });

  it('answers a request without a payload', async () => {
    expect(iceServersAnswerSchema.safeParse(read(await ask(new Uint8Array()))).success).toBe(true);
  });

  it('has no place for a client it was not told of', async () => {
    expect(read(await ask({}))).toMatchObject({ placement: { nearestRegion: null, reason: 'fallback' } });
  });

  it.each<[string, unknown, KeyName, number, string, string | undefined]>([
    ['a bad field', { count: MAX_COUNT + 1 }, 'server', 400, 'invalid-field', 'count'],
    ['an unknown field', { colour: 'red' }, 'server', 400, 'invalid-field', 'colour'],
    ['a list', [], 'server', 400, 'malformed-request', undefined],
    ['null', null, 'server', 400, 'malformed-request', undefined],
    [
      'text that is no JSON',
      new TextEncoder().encode('{half'),
      'server',
      400,
      'malformed-request',
      undefined,
    ],
    [
      'bytes that are no text',
      new Uint8Array([0xff, 0xfe, 0x00]),
      'server',
      400,
      'malformed-request',
      undefined,
    ],
    ['no scope', {}, 'watcher', 403, 'missing-scope', undefined],
    ['no scope for a field', { clientIp: '192.0.2.1' }, 'client', 403, 'missing-scope', 'clientIp'],
    ['a key for one machine', {}, 'local', 401, 'wrong-key', undefined],
    [
      'a region without nodes',
      { region: { require: ['mars-1'] } },
      'server',
      422,
      'requirement-unmet',
      'region.require',
    ],
    ['a transport nobody has', { transports: ['tls'] }, 'server', 422, 'requirement-unmet', 'transports'],
  ])('refuses %s', async (_what, payload, key, status, code, field) => {
    const problem = problemOf(await ask(payload, key));
    expect(problem).toMatchObject({ status, code });
    expect(problem.field).toBe(field);
  });

  it.each([
    [{}, 'missing-key'],
    [{ authorization: 'Bearer wrong' }, 'wrong-key'],
    [{ Authorization: bearer('server') }, 'missing-key'],
  ])('refuses the headers %j', async (headers, code) => {
    const answer = await asker.request(QUERY_ICE_SERVERS, { payload: {}, headers }, TIMEOUT_MS);
    expect(problemOf(answer)).toMatchObject({ status: 401, code });
  });

  it('says that it has read nothing yet', async () => {
    const { bus, other } = aSharedLog();
    const unready = await startTestRouter({ bus });
    try {
      expect(problemOf(await ask({}, 'server', other))).toMatchObject({ status: 503, code: 'not-ready' });
    } finally {
      await unready.stop();
    }
  });

  it('answers any payload with an answer or a problem, and never fails', async () => {
    const payload = fc.oneof(
      fc.jsonValue(),
      fc.uint8Array({ maxLength: 200 }),
      fc.record({ userId: fc.string(), count: fc.nat(5), ttlSeconds: fc.nat(90_000) }, { requiredKeys: [] }),
    );
    const property = fc.asyncProperty(payload, async (each) => {
      const answer = await ask(each);
      if (iceServersAnswerSchema.safeParse(read(answer)).success) return;
      expect([400, 503]).toContain(problemOf(answer).status);
    });
    await fc.assert(property, { numRuns: 300 });
    expect(await router.metric('spillway_requests_total{face="nats",code="internal"}')).toBe(0);
    expect(await router.metric('spillway_requests_total{face="nats",code="ok"}')).toBeGreaterThan(0);
  });
});
