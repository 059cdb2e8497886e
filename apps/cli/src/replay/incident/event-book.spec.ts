import { describe, expect, it } from '@jest/globals';
import { EventBook } from './event-book.js';
import type { IncidentKind } from './incident-event.js';

function bookOf(limit: number, ...kinds: IncidentKind[]): EventBook {
  const book = new EventBook(limit);
  for (const [i, kind] of kinds.entries()) book.add({ kind, text: kind }, i, i);
  return book;
}

const kept = (book: EventBook) => book.all.map(({ kind, atMs }) => `${kind} ${atMs}`);

describe('the events of a timeline', () => {
  it('are all kept as long as they are few', () => {
    const book = bookOf(3, 'node-suspect', 'node-lost', 'node-back');
    expect(kept(book)).toEqual(['node-suspect 0', 'node-lost 1', 'node-back 2']);
    expect(book.leftOut).toBe(0);
  });

  it('lose their details first, for good', () => {
    const book = bookOf(3, 'node-suspect', 'node-lost', 'node-suspect', 'node-back', 'node-suspect');
    expect(kept(book)).toEqual(['node-lost 1', 'node-back 3']);
    expect(book.leftOut).toBe(3);
  });

  it('lose what is no alarm next, and of alarms the last', () => {
    const book = bookOf(2, 'node-back', 'node-lost', 'node-back', 'node-lost', 'region-empty', 'node-back');
    expect(kept(book)).toEqual(['node-lost 1', 'node-lost 3']);
    expect(book.leftOut).toBe(4);
  });

  it('are counted whether or not they are kept', () => {
    const book = bookOf(1, 'node-suspect', 'node-suspect', 'node-lost');
    expect(Object.fromEntries(book.counts)).toEqual({ 'node-suspect': 2, 'node-lost': 1 });
  });
});
