import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { status, type ServiceError } from '@grpc/grpc-js';
import * as fc from 'fast-check';
import { iceServersAnswerSchema, PROBLEMS } from '@spillway/contracts';
import { aFleet, CLIENTS, REGIONS } from '../testing/fleet.harness.js';
import { collect, connectIceClient, type IceClient } from '../testing/grpc.harness.js';
import { KEYS, type KeyName } from '../testing/keys.harness.js';
import { startReadyRouter, type TestRouter } from '../testing/router.harness.js';

let router: TestRouter;
let client: IceClient;
beforeAll(async () => {
  router = await startReadyRouter({ fleet: [...aFleet(), ...aFleet({ zone: 'b' }, 'b')] });
  client = connectIceClient(router.grpcAddress);
});
afterAll(async () => {
  client.close();
  await router.stop();
});

const DOCUMENTED = [
  status.INVALID_ARGUMENT,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.RESOURCE_EXHAUSTED,
  status.UNAVAILABLE,
];

/** A status of ours with its code, or the one that grpc-js itself gives for what is no protobuf message. */
function isDocumented(error: ServiceError): void {
  if (error.code === status.INTERNAL) {
    expect(error.details).toMatch(/^Error deserializing request/);
    return;
  }
  expect(DOCUMENTED).toContain(error.code);
  if (error.details.startsWith('Received message larger than max')) return;
  const [code] = error.metadata.get('spillway-code');
  expect(Object.keys(PROBLEMS)).toContain(code);
  expect(code).not.toBe('internal');
  if (code === 'invalid-field') expect(error.metadata.get('spillway-field')).toHaveLength(1);
}

const anyKey = fc.constantFrom(...(Object.keys(KEYS) as KeyName[]));
const uint32 = fc.integer({ min: 0, max: 0xff_ff_ff_ff });
const anyRegion = fc.oneof(fc.constantFrom(...REGIONS), fc.string({ maxLength: 70 }));
const anyRequest = fc.record(
  {
    userId: fc.string({ unit: 'binary', maxLength: 300 }),
    sessionId: fc.string({ unit: 'binary' }),
    clientIp: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom(...Object.values(CLIENTS)), fc.string()),
    region: fc.record({ require: fc.array(anyRegion), prefer: anyRegion }, { requiredKeys: [] }),
    ttlSeconds: fc.oneof(fc.integer({ min: 60, max: 86_400 }), uint32),
    count: fc.oneof(fc.integer({ min: 0, max: 4 }), uint32),
    transports: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }),
  },
  { requiredKeys: [] },
);

describe('gRPC, whatever it gets', () => {
  it('answers any message with an answer or a documented status', async () => {
    const seen = new Set<number>();
    const property = fc.asyncProperty(anyRequest, anyKey, async (request, key) => {
      const outcome = await client.ask(request, key).catch((error: ServiceError) => error);
      if (outcome instanceof Error) {
        seen.add(outcome.code);
        return isDocumented(outcome);
      }
      seen.add(status.OK);
      const placement = { nearestRegion: null, ...outcome.placement };
      iceServersAnswerSchema.parse({ ...outcome, placement });
    });
    await fc.assert(property, { numRuns: 500, endOnFailure: true });
    expect([...seen]).toEqual(expect.arrayContaining([status.OK, status.INVALID_ARGUMENT]));
  });

  it('answers any bytes for a message', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ minLength: 16_300, maxLength: 16_500 }),
    );
    const property = fc.asyncProperty(bytes, async (message) => {
      const error = await client.askRaw(message);
      if (error) isDocumented(error);
    });
    await fc.assert(property, { numRuns: 300, endOnFailure: true });
    await expect(client.ask()).resolves.toHaveProperty('placement');
  });

  it('answers any bytes for the messages of a stream', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
      async (all) => {
        const stream = client.streamRaw();
        const results = collect(stream).catch((error: ServiceError) => error);
        for (const each of all) stream.write(each);
        stream.end();
        const outcome = await results;
        if (outcome instanceof Error) return isDocumented(outcome);
        expect(outcome).toHaveLength(all.length);
      },
    );
    await fc.assert(property, { numRuns: 200, endOnFailure: true });
    await expect(client.ask()).resolves.toHaveProperty('placement');
  });

  it('has not failed once', async () => {
    expect(await router.metric('spillway_requests_total{face="grpc",code="internal"}')).toBe(0);
  });
});
