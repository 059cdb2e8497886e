import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bearer } from '../testing/keys.harness.js';
import { startReadyRouter, type TestRouter } from '../testing/router.harness.js';

let router: TestRouter;
beforeAll(async () => {
  router = await startReadyRouter();
});
afterAll(() => router.stop());

function request(body: string, ...more: string[]): string {
  const headers = [
    'POST /v1/ice-servers HTTP/1.1',
    'host: 127.0.0.1',
    `authorization: ${bearer('server')}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...more,
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}

/** Sends these one after the other on one connection. @returns all that comes back until it ends. */
async function send(...pieces: string[]): Promise<string> {
  const socket = connect(router.httpPort, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
  return text(socket);
}

const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
const users = (answers: string) => [...answers.matchAll(/"username":"\d+:([^"]+)"/g)].map(([, user]) => user);

describe('requests on one connection', () => {
  it('are answered in their order, whether they are plain or not, as soon as all of each is there', async () => {
    const last = request('{"userId":"carol"}', 'connection: close');
    const all = [request('{"userId":"alice"}'), request('{"userId":"b\\u006fb"}'), last].join('');
    const answers = await send(all.slice(0, -3), all.slice(-3));
    expect([statuses(answers), users(answers)]).toEqual([
      ['200', '200', '200'],
      ['alice', 'bob', 'carol'],
    ]);
  });

  it('get what is wrong with them said as everywhere: a field, or that it is no JSON', async () => {
    const answers = await send(request('{"count":9}'), request('{"count":'));
    expect(statuses(answers)).toEqual(['400', '400']);
    expect(answers.match(/"code":"[a-z-]+"/g)).toEqual([
      '"code":"invalid-field"',
      '"code":"malformed-request"',
    ]);
  });
});
