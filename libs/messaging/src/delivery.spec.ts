import { describe, expect, it } from '@jest/globals';
import { Witness, heartbeat } from './conformance/events.js';
import { Delivery, type StoredMessage } from './delivery.js';
import { silent } from './nats-options.js';
import { encodePayload } from './payload.js';

const stored = (position: number, at: number, node: string): StoredMessage => {
  const { subject, payload } = heartbeat(node, position);
  return { position, at, subject, data: encodePayload(payload) };
};
const GAP = { from: 4, to: null, cause: 'new-stream' } as const;

describe('what begins anew', () => {
  const before = [stored(1, 100, 'a'), stored(2, 200, 'b'), stored(3, 300, 'c')];

  function storyAfter(messages: StoredMessage[], isSameLog: boolean): string[] {
    const witness = new Witness();
    const delivery = new Delivery(witness, silent);
    for (const message of before) delivery.deliver(message);
    delivery.beginAnew(messages, GAP, isSameLog);
    return witness.story.slice(before.length);
  }

  it('is all of a log that was made anew', () => {
    expect(storyAfter([stored(1, 50, 'x'), stored(2, 400, 'y')], false)).toEqual(['gap', 'x/1', 'y/2']);
  });

  it('is, of a log that lost its end, what was written since: the rest would look new', () => {
    const messages = [stored(1, 100, 'a'), stored(2, 200, 'b'), stored(3, 900, 'z')];
    expect(storyAfter(messages, true)).toEqual(['gap', 'z/3']);
  });
});
