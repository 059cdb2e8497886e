import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import { heartbeatSchema } from './heartbeat.js';
import { aHeartbeat } from './heartbeat.harness.js';
import { iceServersRequestSchema, isUsualRequest } from './ice-servers.js';
import { writtenIssuedSchema } from './issued.js';
import { compileQuickCheck, QuickCheckError } from './quick-check.js';

const at = '2026-11-22T10:00:00.000Z';
const heartbeat = aHeartbeat({
  zone: 'a',
  load: { cpu: 0.1, egressBps: null, ingressBps: 9e7, allocations: 300 },
  isSynthetic: true,
});
const placed = { ms: 3, read: 1, country: 'DE', lat: 52, lon: 13, user: '0123abcd', count: 2 };
const issued = {
  at,
  routerId: 'r1',
  bootId: 'boot',
  batch: 7,
  basis: {
    rule: 1,
    fromN: 10,
    fromMs: 1_795_342_200_000,
    fromPosition: 99,
    view: '00ff00ff',
    sentMs: 1_795_342_200_200,
    steps: [{ kind: 'link-down', after: 1, atMs: 1_795_342_200_100, position: 100 }],
  },
  decisions: [
    { ...placed, region: 'north', nodes: ['n1', 'n2'], nearestRegion: null, reason: 'spillover' },
    { region: 'south', nodes: ['n3'], reason: 'nearest', transports: ['udp', 'tls'], require: ['south'] },
  ],
  refused: [{ ...placed, code: 'no-capacity' }],
};

/** What takes a member's place: values at and beyond every bound, and of every type. */
const intruder = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, [], {}, [null], ['turn:a'], { name: 'x' }),
  fc.constantFrom(0, -0, -1, 0.5, 1.5, 99, 100, 60_000, 60_001, 1e13, 1e308, 2 ** 53, 2 ** 53 - 1),
  fc.constantFrom('', 'x', 'é', 'x.y', 'turn', 'turn:', 'turn:\u00a0', '\u2028', at, '2026-02-30T00:00:00Z'),
  fc.constantFrom('192.0.2.1', '192.0.2.256', '192.0.2.01', '192.0.2.1 ', '2001:db8::1'),
  // Around the bounds of lengths, also where a character is two UTF-16 units.
  fc
    .tuple(fc.constantFrom('a', '😀'), fc.constantFrom(32, 40, 64, 65, 128, 129, 200, 256, 257))
    .map(([c, n]) => c.repeat(n)),
  fc.jsonValue(),
);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The payload with one member, at any depth, replaced, removed or added. */
function mutantsOf(payload: object): fc.Arbitrary<unknown> {
  const paths = pathsIn(payload as Json);
  const mutation = fc.record({
    path: fc.constantFrom(...paths),
    how: fc.constantFrom('replace' as const, 'remove' as const, 'add' as const),
    name: fc.constantFrom('unknown', '__proto__', 'constructor', 'toString'),
    value: intruder,
  });
  return fc.array(mutation, { maxLength: 2 }).map((mutations) => {
    const copy = structuredClone(payload);
    for (const { path, how, name, value } of mutations) {
      const parent = path.slice(0, -1).reduce<unknown>((at, key) => child(at, key), copy);
      const last = path.at(-1);
      if (typeof parent !== 'object' || parent === null || last === undefined) continue;
      if (how === 'remove') Reflect.deleteProperty(parent, last);
      else Object.defineProperty(parent, how === 'add' ? name : last, open(value));
    }
    return JSON.parse(JSON.stringify(copy)) as unknown;
  });
}

const open = (value: unknown) => ({ value, enumerable: true, configurable: true, writable: true });

function child(parent: unknown, key: string): unknown {
  return typeof parent === 'object' && parent !== null ? Reflect.get(parent, key) : undefined;
}

function pathsIn(value: Json, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, member]) => pathsIn(member, [...path, key]));
  return path.length > 0 ? [path, ...below] : below;
}

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 3_000);

describe('a quick check', () => {
  it.each([
    ['heartbeat', heartbeatSchema, heartbeat],
    ['batch of decisions', writtenIssuedSchema, issued],
  ])(
    'of a %s says what the schema says and makes of it what the schema makes of it',
    (_what, schema, sound) => {
      const isValid = compileQuickCheck<unknown>(schema);
      expect(isValid(structuredClone(sound))).toBe(true);
      let valid = 0;
      let invalid = 0;
      fc.assert(
        fc.property(mutantsOf(sound), (payload) => {
          const expected = schema.safeParse(structuredClone(payload));
          if (expected.success) valid++;
          else invalid++;
          expect(isValid(payload)).toBe(expected.success);
          if (expected.success) expect(payload).toEqual(expected.data);
        }),
        { numRuns: RUNS },
      );
      // Neither answer is the easy one.
      expect(Math.min(valid, invalid) / (valid + invalid)).toBeGreaterThan(0.1);
    },
  );

  it('of a request says yes to nothing that the schema refuses, and changes nothing of it', () => {
    const region = { require: ['north'], prefer: 'south' };
    const sound = { userId: 'u', sessionId: 's', clientIp: '203.0.113.9', region, ttlSeconds: 60, count: 2 };
    const full = { ...sound, transports: ['udp', 'tls'] };
    for (const each of [{}, { userId: 'u' }, sound, full]) expect(isUsualRequest(each)).toBe(true);
    let usual = 0;
    fc.assert(
      fc.property(mutantsOf(full), (payload) => {
        const before = structuredClone(payload);
        const expected = iceServersRequestSchema.safeParse(payload);
        const isUsual = isUsualRequest(payload);
        if (isUsual) usual++;
        expect(payload).toEqual(before);
        if (isUsual) expect(expected.data).toEqual(payload);
        else
          expect(
            iceServersRequestSchema.extend({ clientIp: z.ipv4().optional() }).safeParse(payload).success,
          ).toBe(false);
      }),
      { numRuns: RUNS },
    );
    expect(usual / RUNS).toBeGreaterThan(0.1);
  });

  it('fills in no defaults when it is told not to', () => {
    const schema = z.object({ a: z.string().default('b') }).partial();
    const isValid = compileQuickCheck(schema, { fillsDefaults: false });
    const payload = {};
    expect(isValid(payload)).toBe(true);
    expect(payload).toEqual({});
  });

  it.each<[string, z.ZodType]>([
    ['a refinement', z.object({ a: z.string().refine(() => true) })],
    ['a transformation', z.object({ a: z.string().transform(Number) })],
    ['a union', z.object({ a: z.union([z.object({ b: z.string() }), z.object({ c: z.string() })]) })],
    ['a fallback', z.object({ a: z.string().catch('b') })],
    ['members that must not be there', z.strictObject({ a: z.string() })],
  ])('is refused for a schema with %s', (_what, schema) => {
    expect(() => compileQuickCheck(schema)).toThrow(QuickCheckError);
  });

  it('is refused for a schema with a default that it would not fill in', () => {
    const schema = z.object({ a: z.object({ b: z.string().default('c') }).nullable() });
    expect(() => compileQuickCheck(schema)).toThrow('default is ignored');
  });
});
