import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MAX_PAYLOAD_BYTES, parseEvent, parsePayload } from './event.js';
import { aHeartbeat } from './heartbeat.harness.js';
import { subjectOf } from './subjects.js';

const SUBJECT = subjectOf.heartbeat('us-east-1', 'n1');

const heartbeat = aHeartbeat({ region: 'us-east-1' });

const bytes = (payload: unknown) =>
  new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
const parse = (payload: unknown, subject = SUBJECT) => parseEvent(subject, bytes(payload));

describe('parseEvent', () => {
  it('reads a heartbeat, and passes over members of a newer version', () => {
    expect(parse(heartbeat)).toEqual({ ok: true, event: { kind: 'heartbeat', heartbeat } });
    expect(parse({ ...heartbeat, colour: 'red' })).toEqual({
      ok: true,
      event: { kind: 'heartbeat', heartbeat },
    });
  });

  it.each([
    ['another node', { ...heartbeat, nodeId: 'n2' }],
    ['another region', { ...heartbeat, region: 'eu-central-1' }],
  ])('refuses a heartbeat that speaks for %s than its subject', (_, payload) => {
    expect(parse(payload)).toMatchObject({ ok: false, reason: 'subject-mismatch' });
  });

  it.each([
    ['load.cpu', { load: { ...heartbeat.load, cpu: -0.1 } }],
    ['load.cpu', { load: { ...heartbeat.load, cpu: 1.5 } }],
    ['load.allocations', { load: { ...heartbeat.load, allocations: -1 } }],
    ['load.egressBps', { load: { ...heartbeat.load, egressBps: 1e300 } }],
    ['capacity.bandwidthBps', { capacity: { bandwidthBps: 0, allocations: null } }],
    ['seq', { seq: -1 }],
    ['intervalMs', { intervalMs: 0 }],
    ['state', { state: 'fine' }],
    ['urls', { urls: [] }],
    ['urls.0', { urls: ['not a uri'] }],
    ['nodeId', { nodeId: 'a.b' }],
    ['at', { at: 'yesterday' }],
  ])('refuses a bad %s and names it', (field, change) => {
    const parsed = parse({ ...heartbeat, ...change });
    expect(parsed).toMatchObject({ ok: false, reason: 'invalid-payload' });
    expect(!parsed.ok && parsed.detail.startsWith(`${field}:`)).toBe(true);
  });

  it('refuses each missing member', () => {
    for (const member of Object.keys(heartbeat).filter((name) => name !== 'commandId')) {
      const { [member as 'seq']: _, ...rest } = heartbeat;
      expect(parse(rest)).toMatchObject({ ok: false, reason: 'invalid-payload' });
    }
  });

  it('refuses what is too large without reading it, what is not JSON, and subjects it does not know', () => {
    expect(parse('x'.repeat(MAX_PAYLOAD_BYTES.heartbeat + 1))).toMatchObject({ reason: 'too-large' });
    expect(parse('{')).toMatchObject({ reason: 'not-json' });
    expect(parseEvent(SUBJECT, Uint8Array.of(0xff, 0xfe))).toMatchObject({ reason: 'not-json' });
    expect(parse(heartbeat, 'turn.v1.node.us-east-1.n1.shout')).toMatchObject({ reason: 'unknown-subject' });
  });

  it('never throws, and takes nothing that is not an event, whatever the bytes', () => {
    const subject = fc.constantFrom(
      SUBJECT,
      subjectOf.issued('r1'),
      'turn.v1.policy',
      'turn.v1.x',
      '',
      'a.b.c',
    );
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map(bytes),
      fc.tuple(fc.constantFrom(...Object.keys(heartbeat)), fc.jsonValue()).map(([key, value]) => {
        return bytes({ ...heartbeat, [key]: value });
      }),
    );
    fc.assert(
      fc.property(subject, payload, (subject, data) => {
        const parsed = parseEvent(subject, data);
        if (parsed.ok) expect(parsed.event.kind).toBe('heartbeat');
        else expect(parsed.reason).toBeTruthy();
      }),
      { numRuns: 500 },
    );
  });
});

describe('parsePayload', () => {
  it('reads what is no text any more as parseEvent reads its text', () => {
    expect(parsePayload(SUBJECT, structuredClone(heartbeat))).toEqual(parse(heartbeat));
    expect(parsePayload(SUBJECT, { ...heartbeat, seq: -1 })).toEqual(parse({ ...heartbeat, seq: -1 }));
    expect(parsePayload(subjectOf.heartbeat('us-east-1', 'n2'), { ...heartbeat })).toMatchObject({
      reason: 'subject-mismatch',
    });
    expect(parsePayload('turn.v1.of-tomorrow', {})).toMatchObject({ reason: 'unknown-subject' });
  });
});
