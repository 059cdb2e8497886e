import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { iceServersAnswerSchema, problemSchema, type Problem } from '@spillway/contracts';
import { CLIENTS } from '../testing/fleet.harness.js';
import { bearer, type KeyName } from '../testing/keys.harness.js';
import { startReadyRouter, startTestRouter, type TestRouter } from '../testing/router.harness.js';

let router: TestRouter;
beforeAll(async () => {
  router = await startReadyRouter();
});
afterAll(() => router.stop());

/** Reads a problem document, and makes sure that it is one. */
async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.strict().parse(await response.json());
  expect(problem.status).toBe(response.status);
  return problem;
}

function post(body: RequestInit['body'], headers: Record<string, string>): Promise<Response> {
  return router.fetch('/v1/ice-servers', { method: 'POST', headers, body: body ?? null });
}
const json = { authorization: bearer('server'), 'content-type': 'application/json' };

describe('POST /v1/ice-servers', () => {
  it('answers a full request, and tells caches to keep nothing of it', async () => {
    const response = await router.ask({
      userId: 'alice',
      sessionId: 's-1',
      clientIp: CLIENTS.frankfurt,
      region: { require: ['eu-central-1', 'us-east-1'], prefer: 'eu-central-1' },
      ttlSeconds: 3_600,
      count: 2,
      transports: ['udp', 'tcp'],
    });
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const answer = iceServersAnswerSchema.parse(await response.json());
    expect(answer).toMatchObject({
      ttlSeconds: 3_600,
      placement: { region: 'eu-central-1', nodes: ['eu-central-1-1', 'us-east-1-1'], reason: 'preferred' },
    });
  });

  it.each([
    ['no body', undefined, { authorization: bearer('server') }],
    ['an empty object', '{}', json],
    ['a charset', '{}', { ...json, 'content-type': 'application/json; charset=utf-8' }],
  ])('answers a request with %s', async (_what, body, headers) => {
    const response = await post(body, headers);
    expect(response.status).toBe(200);
    iceServersAnswerSchema.parse(await response.json());
  });
});

describe('a request with a bad field', () => {
  it.each([
    ['userId', { userId: 7 }],
    ['userId', { userId: '' }],
    ['userId', { userId: null }],
    ['userId', { userId: 'x'.repeat(257) }],
    ['sessionId', { sessionId: ['s'] }],
    ['clientIp', { clientIp: '' }],
    ['clientIp', { clientIp: 3_221_225_985 }],
    ['clientIp', { clientIp: '192.0.2.256' }],
    ['clientIp', { clientIp: '192.0.2.1/24' }],
    ['clientIp', { clientIp: ' 192.0.2.1' }],
    ['clientIp', { clientIp: '0x7f.1' }],
    ['clientIp', { clientIp: '2001:db8::1::2' }],
    ['clientIp', { clientIp: 'example.org' }],
    ['region', { region: 'us-east-1' }],
    ['region', { region: [] }],
    ['region.require', { region: { require: 'us-east-1' } }],
    ['region.require.1', { region: { require: ['us-east-1', 'a.b'] } }],
    ['region.require', { region: { require: Array.from({ length: 65 }, (_, i) => `r-${i}`) } }],
    ['region.prefer', { region: { prefer: 'x'.repeat(65) } }],
    ['region.prefer', { region: { prefer: 'mars-1' } }],
    ['region.avoid', { region: { avoid: 'us-east-1' } }],
    ['ttlSeconds', { ttlSeconds: '600' }],
    ['ttlSeconds', { ttlSeconds: 600.5 }],
    ['ttlSeconds', { ttlSeconds: 0 }],
    ['ttlSeconds', { ttlSeconds: -600 }],
    ['ttlSeconds', { ttlSeconds: 59 }],
    ['ttlSeconds', { ttlSeconds: 86_401 }],
    ['ttlSeconds', { ttlSeconds: 1e300 }],
    ['count', { count: 0 }],
    ['count', { count: 4 }],
    ['count', { count: 1.5 }],
    ['count', { count: '1' }],
    ['count', { count: true }],
    ['transports', { transports: [] }],
    ['transports', { transports: 'udp' }],
    ['transports.0', { transports: ['UDP'] }],
    ['transports.1', { transports: ['udp', 'sctp'] }],
    ['transports', { transports: ['udp', 'udp', 'udp', 'udp'] }],
    ['user', { user: 'alice' }],
    ['constructor', '{"constructor":1}'],
    ['__proto__', '{"__proto__":{"isAdmin":true}}'],
    ['constructor', '{"constructor":{"prototype":{}}}'],
    ['toString', '{"toString":{}}'],
  ])('is refused and %s named: %j', async (field, body) => {
    const problem = await problemOf(await router.ask(body));
    expect(problem).toMatchObject({ status: 400, code: 'invalid-field', field });
    expect(problem.detail).toContain(field);
  });
});

describe('a request that cannot be read', () => {
  it.each([
    ['half an object', '{"userId":', 400, 'malformed-request'],
    ['nothing that says it is JSON', '', 400, 'malformed-request'],
    ['a list', '[]', 400, 'malformed-request'],
    ['a text', '"alice"', 400, 'malformed-request'],
    ['null', 'null', 400, 'malformed-request'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 400, 'malformed-request'],
    ['deep nesting', '['.repeat(8_000), 400, 'malformed-request'],
    ['16 KiB and one byte', `{"userId":"${'x'.repeat(16 * 1024 - 12)}"}`, 413, 'body-too-large'],
  ])('for it holds %s', async (_what, body, status, code) => {
    expect(await problemOf(await post(body, json))).toMatchObject({ status, code });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    ';',
  ])('for it says it is %s', async (type) => {
    const response = await post('{}', { authorization: bearer('server'), 'content-type': type });
    expect(await problemOf(response)).toMatchObject({ status: 415, code: 'unsupported-media-type' });
  });

  it('for it is more than it says', async () => {
    const body = new ReadableStream({
      start: (controller) => {
        for (let i = 0; i < 40; i++) controller.enqueue(new Uint8Array(1024).fill(0x20));
        controller.close();
      },
    });
    const response = await router.fetch('/v1/ice-servers', {
      method: 'POST',
      headers: json,
      body,
      duplex: 'half',
    });
    expect(await problemOf(response)).toMatchObject({ status: 413, code: 'body-too-large' });
  });
});

describe('a request without the right', () => {
  it.each([
    ['no key', undefined, 'missing-key'],
    ['another scheme', 'Basic c2VydmVyOmtleQ==', 'missing-key'],
    ['a wrong key', 'Bearer nobody-has-this', 'wrong-key'],
  ])('is refused for it brings %s', async (_what, authorization, code) => {
    const response = await post(undefined, authorization === undefined ? {} : { authorization });
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await problemOf(response)).toMatchObject({ status: 401, code });
  });

  it.each<[KeyName, object, string | undefined]>([
    ['watcher', {}, undefined],
    ['client', { clientIp: CLIENTS.frankfurt }, 'clientIp'],
    ['client', { region: { require: ['us-east-1'] } }, 'region.require'],
  ])('is refused to the key %s: %j', async (key, body, field) => {
    const problem = await problemOf(await router.ask(body, key));
    expect(problem).toMatchObject({ status: 403, code: 'missing-scope' });
    expect(problem.field).toBe(field);
  });

  it('hears nothing of keys, hashes or secrets', async () => {
    const response = await post(undefined, { authorization: 'Bearer a-secret-typed-wrong' });
    expect(await response.text()).not.toMatch(/a-secret-typed-wrong|[0-9a-f]{32}/);
  });
});

describe('a request that cannot be met', () => {
  it('is told which requirement', async () => {
    const response = await router.ask({ region: { require: ['mars-1'] } });
    expect(await problemOf(response)).toMatchObject({
      status: 422,
      code: 'requirement-unmet',
      field: 'region.require',
    });
  });

  it('is told when to ask again where there is no room', async () => {
    const empty = await startReadyRouter({ fleet: [] });
    const response = await empty.ask();
    await empty.stop();
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'no-capacity' });
  });

  it('is told of transports that no node offers, and that an empty requirement is none', async () => {
    expect(await problemOf(await router.ask({ transports: ['tls'] }))).toMatchObject({
      status: 422,
      code: 'requirement-unmet',
      field: 'transports',
    });
    expect(await problemOf(await router.ask({ region: { require: [] } }))).toMatchObject({
      status: 400,
      field: 'region.require',
    });
  });

  it('is told when to ask again before the log has been read', async () => {
    const unready = await startTestRouter();
    try {
      const response = await unready.ask();
      expect(response.headers.get('retry-after')).toBe('2');
      expect(await problemOf(response)).toMatchObject({ status: 503, code: 'not-ready' });
    } finally {
      await unready.stop();
    }
  });
});

describe('a resource', () => {
  it.each([
    ['GET', '/', 404, 'not-found'],
    ['POST', '/v1/ice-servers/x', 404, 'not-found'],
    ['GET', '/v1/decisions', 404, 'not-found'],
    ['GET', '/%zz', 400, 'malformed-request'],
    ['GET', '/v1/ice-servers', 405, 'method-not-allowed'],
    ['DELETE', '/v1/nodes', 405, 'method-not-allowed'],
    ['POST', '/healthz?x=1', 405, 'method-not-allowed'],
  ])('%s %s answers %i', async (method, path, status, code) => {
    expect(await problemOf(await router.fetch(path, { method }))).toMatchObject({ status, code });
  });

  it('names its methods to whoever tries another', async () => {
    const response = await router.fetch('/v1/ice-servers', { method: 'PUT', body: '{}', headers: json });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each<[string, KeyName, number]>([
    ['/v1/regions', 'client', 200],
    ['/v1/regions', 'watcher', 403],
    ['/v1/nodes', 'operator', 200],
    ['/v1/nodes', 'watcher', 200],
    ['/v1/nodes', 'server', 403],
  ])('%s answers the key %s with %i', async (path, key, status) => {
    const response = await router.fetch(path, { headers: { authorization: bearer(key) } });
    expect(response.status).toBe(status);
  });

  it.each(['/v1/regions', '/v1/nodes'])('%s is not for the public', async (path) => {
    expect(await problemOf(await router.fetch(path))).toMatchObject({ status: 401, code: 'missing-key' });
  });

  it.each(['/healthz', '/readyz', '/metrics', '/openapi.json'])('%s needs no key', async (path) => {
    expect((await router.fetch(path)).status).toBe(200);
  });
});
