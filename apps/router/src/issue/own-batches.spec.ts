import { describe, expect, it } from '@jest/globals';
import { parseEvent, subjectOf, type WrittenIssued } from '@spillway/contracts';
import { OwnBatches } from './own-batches.js';

const SUBJECT = subjectOf.issued('router-1');
const head = { at: '2026-11-22T10:00:00.000Z', routerId: 'router-1', bootId: 'boot', batch: 7 };
const batch = (reason: 'nearest' | 'spillover', bootId = head.bootId): Uint8Array => {
  const basis = { rule: 1, fromN: 0, fromMs: 1, fromPosition: 1, view: '00c0ffee', sentMs: 1 };
  const decisions = [{ region: 'north', nodes: ['n1'], reason }];
  const written: WrittenIssued = { ...head, bootId, basis, decisions };
  return new TextEncoder().encode(JSON.stringify(written));
};

describe("a router's reader of the log", () => {
  it('tells of a batch that it sent that it came, once, and not its decisions', () => {
    const own = new OwnBatches('router-1');
    own.await({ head, payload: batch('nearest') });
    const read = own.read(SUBJECT, batch('nearest'));
    expect(read).toEqual({ ok: true, event: { kind: 'issued', issued: { ...head, decisions: [] } } });
    expect(own.read(SUBJECT, batch('nearest'))).toEqual(parseEvent(SUBJECT, batch('nearest')));
  });

  it.each<[string, string, Uint8Array]>([
    ['differs from what was sent', SUBJECT, batch('spillover')],
    ['was sent by another run of it', SUBJECT, batch('nearest', 'before')],
    ['comes from another', subjectOf.issued('router-2'), batch('nearest')],
    ['is none', SUBJECT, new Uint8Array(3)],
  ])('reads what %s as anybody does', (_what, subject, data) => {
    const own = new OwnBatches('router-1');
    own.await({ head, payload: batch('nearest') });
    expect(own.read(subject, data)).toEqual(parseEvent(subject, data));
  });

  it('awaits no more than a few, the last', () => {
    const own = new OwnBatches('router-1');
    for (let n = 0; n < 20; n++) own.await({ head, payload: batch('nearest', `boot-${n}`) });
    const decisionsOf = (n: number) => {
      const read = own.read(SUBJECT, batch('nearest', `boot-${n}`));
      return read.ok && read.event.kind === 'issued' && read.event.issued.decisions.length;
    };
    expect([decisionsOf(0), decisionsOf(19)]).toEqual([1, 0]);
  });
});
