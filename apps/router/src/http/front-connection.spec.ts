import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ProblemError } from '../problem-error.js';
import type { FaceRequest, RequestGate } from '../request-gate.js';
import { until } from '../testing/until.harness.js';
import { IceServersFront } from './ice-servers.front.js';

/** Answers with what it was asked; refuses a body of `{"refuse":true}`. */
const gate = {
  iceServers: ({ body, authorization }: FaceRequest) => {
    if (JSON.stringify(body) === '{"refuse":true}')
      throw new ProblemError('no-capacity', 'Füll', undefined, 2);
    return { body, authorization };
  },
} as unknown as RequestGate;

let server: Server;
let front: IceServersFront;
/** Requests that Node's server has read. */
let readByNode: number;
beforeEach(async () => {
  readByNode = 0;
  server = createServer((request, response) => void request.resume().on('end', () => response.end('odd')));
  front = new IceServersFront(gate, 100);
  front.standBefore(server);
  server.on('request', () => readByNode++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => void server.close());

function request(body: string, ...more: string[]): string {
  const length = `content-length: ${Buffer.byteLength(body)}`;
  const head = [
    'POST /v1/ice-servers HTTP/1.1',
    'host: x',
    'content-type: application/json',
    length,
    ...more,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** A connection whose answers are counted: the next is sent when there are as many. */
async function open() {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  let answers = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (answers += piece));
  const count = () => answers.split('HTTP/1.1 ').length - 1;
  return {
    socket,
    ask: async (message: string, wanted = 1): Promise<string> => {
      answers = '';
      socket.write(message);
      await until(() => count() === wanted && /[\]}]$|odd$/.test(answers));
      return answers;
    },
  };
}

const withoutDate = (answer: string) => answer.replace(/Date: [^\r]+/, 'Date: now');

describe('requests with a head that Node has read on their connection', () => {
  it.each(['{"user":"alice"}', '{"user":"Žofie"}', '{"refuse":true}'])(
    'are answered to the byte as Node answers them, and are not read by it: %s',
    async (body) => {
      const { ask, socket } = await open();
      const [first, second] = [await ask(request(body)), await ask(request(body))];
      expect(readByNode).toBe(1);
      expect(withoutDate(second)).toBe(withoutDate(first));
      expect(new Date(/Date: ([^\r]+)/.exec(second)?.[1] ?? '').getTime()).toBeLessThanOrEqual(Date.now());
      socket.destroy();
    },
  );

  it('bring their own body and length, and the key of the head', async () => {
    const { ask, socket } = await open();
    const key = 'authorization: Bearer a';
    await ask(request('{}', key));
    expect(await ask(request('{"user":"bob"}', key))).toContain(
      '{"body":{"user":"bob"},"authorization":"Bearer a"}',
    );
    expect(readByNode).toBe(1);
    expect(await ask(request('{}', 'authorization: Bearer b'))).toContain('Bearer b');
    expect(readByNode).toBe(2);
    socket.destroy();
  });

  it('are no longer read by it when it has answered several that came at once', async () => {
    const { ask, socket } = await open();
    const several = ['{"n":1}', '{"n":2}'].map((body) => request(body)).join('') + request('{"n":3}', 'a: b');
    expect(await ask(several, 3)).toMatch(/"n":1.*"n":2.*"n":3/s);
    expect(readByNode).toBe(3);
    expect(await ask(request('{"n":4}', 'a: b') + request('{"n":5}', 'a: b'), 2)).toMatch(/"n":4.*"n":5/s);
    expect(readByNode).toBe(3);
    socket.destroy();
  });

  it.each([
    ['is no JSON', request('{"user":')],
    ['is larger than allowed', request(`{"user":"${'x'.repeat(100)}"}`)],
    ['was passed on', request('{}', 'x-forwarded-for: 203.0.113.1')],
    ['is another', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('are read by Node with all that follows when one %s', async (_, odd) => {
    const { ask, socket } = await open();
    await ask(request('{}'));
    expect(await ask(`${request('{"n":1}')}${odd}${request('{"n":2}')}`, 3)).toMatch(/"n":1.*odd.*"n":2/s);
    expect(readByNode).toBe(3);
    await ask(request('{}'));
    expect(readByNode).toBe(4);
    socket.destroy();
  });

  it('are read by Node once the front is closed', async () => {
    const { ask, socket } = await open();
    await ask(request('{}'));
    front.close();
    expect(await ask(request('{}'))).toContain('odd');
    socket.destroy();
  });
});

it('However requests come in pieces, each gets its own answer, in their order', async () => {
  const kinds = [
    (n: number) => [request(`{"n":${n}}`), `{"body":{"n":${n}}}`],
    (n: number) => [request(`{"n":${n}}`, 'a: b'), `{"body":{"n":${n}}}`],
    (n: number) => [request(`{"n":${n}`), 'odd'],
    () => ['GET / HTTP/1.1\r\nhost: x\r\n\r\n', 'odd'],
  ];
  const anyKind = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat({ max: kinds.length - 1 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyKind, { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 12 }),
      async (chosen, sizes) => {
        const messages = chosen.map((kind, n) => kinds[kind]?.(n) ?? []);
        const { socket } = await open();
        socket.removeAllListeners('data');
        const answers = text(socket);
        let left = messages.map(([message]) => message).join('') + request('{}', 'connection: close');
        for (const size of sizes) {
          await new Promise((resolve) => socket.write(left.slice(0, size), resolve));
          await new Promise(setImmediate);
          left = left.slice(size);
        }
        socket.write(left);
        const bodies = [...(await answers).matchAll(/\{"body.*?\}\}|odd/g)].map(([body]) => body);
        expect(bodies).toEqual([...messages.map(([, answer]) => answer), '{"body":{}}']);
      },
    ),
    { numRuns: 60 },
  );
});
