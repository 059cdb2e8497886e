import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problemSchema } from '@spillway/contracts';
import { bearer } from '../testing/keys.harness.js';
import { startReadyRouter, type TestRouter } from '../testing/router.harness.js';
import { answerUnreadable } from './unreadable.js';

let router: TestRouter;
beforeAll(async () => {
  router = await startReadyRouter();
});
afterAll(() => router.stop());

/** Sends this as it is. @returns all that comes back until the connection ends. */
async function send(request: string): Promise<string> {
  const socket = connect(router.httpPort, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  return text(socket);
}

/** The status line and the problem of an answer. */
function read(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { head, problem: problemSchema.parse(JSON.parse(body)) };
}

describe('what cannot be read', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'malformed-request'],
    [
      'two lengths',
      'POST /v1/ice-servers HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
      400,
      'malformed-request',
    ],
    [
      'a header that is too large',
      `GET /healthz HTTP/1.1\r\nhost: x\r\ncookie: ${'c'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
  ])('is answered with a problem: %s', async (_, request, status, code) => {
    const { head, problem } = read(await send(request));
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('content-type: application/problem+json; charset=utf-8');
    expect(problem).toMatchObject({ status, code });
  });

  it('is answered with a problem: what does not come in time', async () => {
    const socket = new PassThrough();
    answerUnreadable('ERR_HTTP_REQUEST_TIMEOUT', socket);
    expect(read(await text(socket)).problem).toMatchObject({ status: 408, code: 'request-timeout' });
  });
});

it('No number of header fields hides that a request was passed on', async () => {
  const request = (filler: string) =>
    [
      'POST /v1/ice-servers HTTP/1.1',
      'host: x',
      'connection: close',
      `authorization: ${bearer('local')}`,
      'content-type: application/json',
      'content-length: 2',
      `${filler}x-forwarded-for: 203.0.113.9`,
      '',
      '{}',
    ].join('\r\n');
  for (const fields of [0, 2_100]) {
    expect(read(await send(request('a:\r\n'.repeat(fields)))).problem.code).toBe('wrong-key');
  }
});
