import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { iceServersAnswerSchema, problemSchema, TRANSPORTS } from '@spillway/contracts';
import { aFleet, CLIENTS, REGIONS } from '../testing/fleet.harness.js';
import { bearer, KEYS, type KeyName } from '../testing/keys.harness.js';
import { startReadyRouter, type TestRouter } from '../testing/router.harness.js';

let router: TestRouter;
beforeAll(async () => {
  router = await startReadyRouter({ fleet: [...aFleet(), ...aFleet({ zone: 'b' }, 'b')] });
});
afterAll(() => router.stop());

/** The statuses that are documented, and 503 only for want of capacity. */
async function isDocumented(response: Response): Promise<void> {
  const text = await response.text();
  if (response.status === 200) {
    iceServersAnswerSchema.parse(JSON.parse(text));
    return;
  }
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(JSON.parse(text));
  expect(problem.status).toBe(response.status);
  expect([400, 401, 403, 413, 415, 422, 503]).toContain(response.status);
  if (response.status === 503) expect(problem.code).toBe('no-capacity');
  if (problem.code === 'invalid-field') expect(problem).toHaveProperty('field');
}

function post(body: Uint8Array | string, key: KeyName, type = 'application/json'): Promise<Response> {
  const headers = { authorization: bearer(key), 'content-type': type };
  return router.fetch('/v1/ice-servers', { method: 'POST', headers, body });
}

const anyKey = fc.constantFrom(...(Object.keys(KEYS) as KeyName[]));
const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom(...Object.values(CLIENTS)), fc.string());
const anyRegion = fc.oneof(fc.constantFrom(...REGIONS), fc.string({ maxLength: 70 }));

/** Mostly of the right kind, sometimes of any. */
const mostly = (good: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: fc.jsonValue() });

/** Requests that are nearly good: every field may be missing, good, out of bounds or of another kind. */
const nearlyGood = fc.record(
  {
    userId: mostly(fc.string({ unit: 'binary', minLength: 1 })),
    sessionId: mostly(fc.string({ maxLength: 300 })),
    clientIp: mostly(anyAddress),
    region: mostly(fc.record({ require: fc.array(anyRegion), prefer: anyRegion }, { requiredKeys: [] })),
    ttlSeconds: mostly(fc.oneof(fc.integer({ min: 60, max: 86_400 }), fc.integer(), fc.double())),
    count: mostly(fc.integer({ min: 0, max: 4 })),
    transports: mostly(fc.array(fc.constantFrom(...TRANSPORTS, 'sctp'), { maxLength: 4 })),
  },
  { requiredKeys: [] },
);

const runs = (numRuns: number) => ({ numRuns, endOnFailure: true });

describe('POST /v1/ice-servers, whatever it gets', () => {
  it('answers requests that are nearly good with an answer or a documented problem', async () => {
    const seen = new Set<number>();
    const property = fc.asyncProperty(nearlyGood, anyKey, async (body, key) => {
      const response = await post(JSON.stringify(body), key);
      seen.add(response.status);
      await isDocumented(response);
    });
    await fc.assert(property, runs(500));
    expect([...seen]).toEqual(expect.arrayContaining([200, 400, 403]));
  });

  it('answers any JSON', async () => {
    const property = fc.asyncProperty(fc.json({ maxDepth: 4 }), anyKey, async (body, key) => {
      await isDocumented(await post(body, key));
    });
    await expect(fc.assert(property, runs(200))).resolves.toBeUndefined();
  });

  it('answers any bytes, whatever they say they are', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.uint8Array({ minLength: 16_000, maxLength: 17_000 }),
    );
    const type = fc.oneof(
      fc.constant('application/json'),
      fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'application/json;;', 'json', '*/*'),
      fc.stringMatching(/^[\x21-\x7e]{1,30}$/),
    );
    const property = fc.asyncProperty(bytes, type, async (body, contentType) => {
      await isDocumented(await post(body, 'server', contentType));
    });
    await expect(fc.assert(property, runs(200))).resolves.toBeUndefined();
  });

  it('answers any authorization', async () => {
    const header = fc.oneof(
      fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,80}$/),
      fc.stringMatching(/^Bearer [\x21-\x7e]{0,600}$/),
    );
    const property = fc.asyncProperty(header, async (authorization) => {
      const response = await router.fetch('/v1/ice-servers', { method: 'POST', headers: { authorization } });
      expect(response.status).toBe(401);
      await isDocumented(response);
    });
    await fc.assert(property, runs(100));
  });

  it('has not failed once', async () => {
    expect(await router.metric('spillway_requests_total{face="http",code="internal"}')).toBe(0);
    expect(await router.metric('spillway_requests_total{face="http",code="ok"}')).toBeGreaterThan(0);
    expect((await router.ask()).status).toBe(200);
  });
});

describe('any path', () => {
  it('gets an answer or a problem document', async () => {
    const path = fc.oneof(fc.webPath(), fc.stringMatching(/^\/[\x21\x24-\x7e]{0,40}$/));
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS');
    const property = fc.asyncProperty(path, method, async (url, name) => {
      const response = await router.fetch(url, { method: name });
      const text = await response.text();
      if (response.status === 200) return;
      expect([400, 401, 404, 405]).toContain(response.status);
      problemSchema.parse(JSON.parse(text));
    });
    await fc.assert(property, runs(200));
  });
});
