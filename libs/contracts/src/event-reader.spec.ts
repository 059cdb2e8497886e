import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseEvent } from './event.js';
import { EventReader } from './event-reader.js';
import { heartbeatSchema } from './heartbeat.js';
import { aHeartbeat } from './heartbeat.harness.js';
import { subjectOf } from './subjects.js';

const SUBJECT = subjectOf.heartbeat('north', 'n1');
const FIRST = aHeartbeat({ software: { name: 'coturn', version: '4.17.1' } });

const bytesOf = (text: string) => new TextEncoder().encode(text);
const payload = (changes: object = {}) => bytesOf(JSON.stringify({ ...FIRST, ...changes }));

/** One that knows the node. */
function readerOf(data: Uint8Array): EventReader {
  const reader = new EventReader();
  for (let times = 0; times < 2; times++) reader.read(SUBJECT, data);
  return reader;
}

const heartbeatIn = (parsed: ReturnType<EventReader['read']>) => {
  if (!parsed.ok || parsed.event.kind !== 'heartbeat') throw new Error('that is no heartbeat');
  return parsed.event.heartbeat;
};

describe('a reader of the log', () => {
  it('keeps of a heartbeat only what the one before did not say', () => {
    const reader = readerOf(payload());
    const [one, other] = [2, 3].map((seq) => heartbeatIn(reader.read(SUBJECT, payload({ seq }))));
    expect([one?.seq, other?.seq]).toEqual([2, 3]);
    expect(other?.urls).toBe(one?.urls);
    expect(other?.load).not.toBe(one?.load);
  });

  it('reads what a node says otherwise, and keeps to that from then on', () => {
    const reader = readerOf(payload());
    const [one, other] = [5, 6].map((seq) =>
      heartbeatIn(reader.read(SUBJECT, payload({ seq, state: 'draining', isSynthetic: true }))),
    );
    expect(one).toMatchObject({ state: 'draining', isSynthetic: true, seq: 5 });
    expect(other?.urls).toBe(one?.urls);
  });

  it.each<[string, string]>([
    ['with spaces', JSON.stringify(FIRST, null, 1)],
    ['with a name in a string', JSON.stringify({ ...FIRST, instanceId: '"at":"x","seq":9,"load":{}' })],
    ['with a name that is not known', JSON.stringify({ ...FIRST, software: { ...FIRST.software, seq: 7 } })],
    ['with a member twice', JSON.stringify(FIRST).replace('{', '{"seq":7,')],
    ['without a member that has a default', JSON.stringify({ ...FIRST, commandId: undefined })],
    ['that is not all ASCII', JSON.stringify({ ...FIRST, instanceId: 'Ã©' })],
  ])('reads one %s like any other', (_what, text) => {
    const reader = readerOf(bytesOf(text));
    for (const next of [text, text.replace('"seq":1', '"seq":2'), text.replaceAll('Ã©', 'é')]) {
      expect(reader.read(SUBJECT, bytesOf(next))).toStrictEqual(parseEvent(SUBJECT, bytesOf(next)));
    }
  });

  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constant('"load":{'),
  );
  const number = fc.oneof(fc.nat(), fc.double({ min: 0, noNaN: true }), fc.constantFrom(0, 1, 1e21, -1));
  const measured = fc.option(number);
  const load = fc.record({ cpu: measured, egressBps: measured, ingressBps: measured, allocations: measured });
  const changing = fc.record(
    { at: fc.constantFrom(FIRST.at, '2026-02-30T00:00:00Z', '2027-01-01T00:00:00.5Z'), seq: number, load },
    { requiredKeys: [] },
  );
  const lasting = fc.record(
    {
      instanceId: text,
      zone: fc.constantFrom(null, 'a'),
      state: fc.constantFrom('serving', 'gone'),
      at: text,
    },
    { requiredKeys: [] },
  );

  /** Its members in some order. */
  const written = fc
    .tuple(
      changing,
      fc.option(lasting, { freq: 3 }),
      fc.shuffledSubarray(Object.keys(FIRST), { minLength: 16 }),
    )
    .map(([beat, other, names]) => {
      const heartbeat: Record<string, unknown> = { ...FIRST, ...other, ...beat };
      return JSON.stringify(Object.fromEntries(names.map((name) => [name, heartbeat[name]])));
    });
  const mutation = fc.record({
    at: fc.nat(500),
    length: fc.nat(3),
    by: fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom(...Array.from('{}[]",:\\ 0e-.'), '\uFEFF', '"at":', '}}'),
    ),
  });

  it('reads any payload as if it knew nothing of the node', () => {
    fc.assert(
      fc.property(
        written,
        fc.array(fc.tuple(changing, fc.option(mutation)), { maxLength: 4 }),
        (first, next) => {
          const reader = readerOf(bytesOf(first));
          for (const [beat, change] of next) {
            const text = JSON.stringify({ ...(JSON.parse(first) as object), ...beat });
            const { at = 0, length = 0, by = '' } = change ?? {};
            const data = bytesOf(text.slice(0, at) + by + text.slice(at + length));
            expect(reader.read(SUBJECT, data)).toStrictEqual(parseEvent(SUBJECT, data));
          }
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 500) },
    );
  });

  it('refuses what is too large, however well it knows the rest', () => {
    const zeros = '0'.repeat(8 * 1024);
    const data = bytesOf(JSON.stringify(FIRST).replace('"cpu":0.5', `"cpu":0.5${zeros}`));
    expect(readerOf(payload()).read(SUBJECT, data)).toMatchObject({ ok: false, reason: 'too-large' });
    expect(heartbeatSchema.safeParse(JSON.parse(new TextDecoder().decode(data))).success).toBe(true);
  });
});
