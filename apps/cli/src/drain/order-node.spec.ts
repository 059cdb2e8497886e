import { describe, expect, it } from '@jest/globals';
import { AUTOSCALER_QUEUE, QUERY_NODE_COMMAND } from '@spillway/contracts';
import { MemoryBus, type BusMessage, type OutgoingMessage } from '@spillway/messaging';
import { spillway } from '../testing/spillway.js';
import { orderNode } from './order-node.js';

describe('orderNode', () => {
  const answer = { commandId: 'c-1', region: 'eu', node: 'a1', position: 7 };

  async function busWith(respond: (request: BusMessage) => OutgoingMessage): Promise<MemoryBus> {
    const bus = new MemoryBus();
    await bus.respond(QUERY_NODE_COMMAND, AUTOSCALER_QUEUE, async (request) => respond(request));
    return bus;
  }

  it('asks the autoscaler and gives its answer', async () => {
    let asked: unknown;
    const bus = await busWith(({ data }) => {
      asked = JSON.parse(new TextDecoder().decode(data));
      return { payload: answer };
    });
    expect(await orderNode(bus, { command: 'drain', node: 'a1', deadlineSeconds: 60 })).toEqual(answer);
    expect(asked).toEqual({ command: 'drain', node: 'a1', deadlineSeconds: 60 });
  });

  it('says why the autoscaler refuses', async () => {
    const bus = await busWith(() => ({
      payload: {
        type: 'tag:spillway,2026:not-found',
        title: '',
        status: 404,
        detail: 'No node a9 is known anywhere',
        code: 'not-found',
      },
      headers: { 'Nats-Service-Error-Code': '404', 'Nats-Service-Error': 'not-found' },
    }));
    await expect(orderNode(bus, { command: 'drain', node: 'a9' })).rejects.toMatchObject({
      code: 'not-found',
      message: 'the autoscaler refuses: No node a9 is known anywhere',
    });
  });

  it('says that no autoscaler is there', async () => {
    await expect(orderNode(new MemoryBus(), { command: 'drain', node: 'a1' })).rejects.toThrow(
      'no autoscaler is there to give the order',
    );
  });
});

describe('spillway drain', () => {
  it.each([
    [['drain'], /missing required argument 'node'/],
    [['drain', 'a1', '--deadline', 'soon'], /--deadline.*It must be a time such as 90s, 10m or 1h/],
  ])('refuses %j', async (args, message) => {
    expect(await spillway(...args)).toMatchObject({ exitCode: 2, err: expect.stringMatching(message) });
  });
});
