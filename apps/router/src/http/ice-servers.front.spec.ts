import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bearer } from '../testing/keys.harness.js';
import { startReadyRouter, type TestRouter } from '../testing/router.harness.js';
import type { FaceRequest, RequestGate } from '../request-gate.js';
import { IceServersFront } from './ice-servers.front.js';

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

describe('a plain request and one that Fastify gets to see', () => {
  const bodies = [
    '{}',
    '{"userId":"alice"}',
    '{"count":9}',
    '{"countt":1}',
    '[]',
    '7',
    '"x"',
    'null',
    '{"count":',
    '{"__proto__":{}}',
  ];
  const keys = ['server', 'client', 'operator'] as const;
  const shown = async (contentType: string, authorization: string | undefined, body: string) => {
    const headers = { 'content-type': contentType, ...(authorization !== undefined && { authorization }) };
    const response = await router.fetch('/v1/ice-servers', { method: 'POST', headers, body });
    const { code, detail, field, iceServers } = (await response.json()) as Record<string, unknown>;
    const { status, headers: answered } = response;
    const told = ['content-type', 'cache-control', 'www-authenticate', 'retry-after'];
    return {
      status,
      told: told.map((name) => answered.get(name)),
      problem: { code, detail, field },
      isAnswer: iceServers !== undefined,
    };
  };

  it.each(bodies)('are answered alike: %s', async (body) => {
    for (const authorization of [...keys.map(bearer), 'Bearer nobody', 'Basic x', undefined]) {
      expect(await shown('application/json', authorization, body)).toEqual(
        await shown('application/json; charset=utf-8', authorization, body),
      );
    }
  });
});

describe('who stands before Fastify', () => {
  const clients: (string | undefined)[] = [];
  const gate = {
    iceServers: ({ client }: FaceRequest) => {
      clients.push(client);
      return { iceServers: [] };
    },
  } as unknown as RequestGate;
  let server: Server;
  let front: IceServersFront;
  beforeAll(async () => {
    server = createServer((_, response) => void response.end('passed on'));
    front = new IceServersFront(gate, 100);
    front.standBefore(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => void server.close());

  const ask = async (headers: Record<string, string> = {}, body = '{}', path = '/v1/ice-servers') => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    return (await fetch(url, init)).text();
  };

  it('answers what is plain, and passes on all else', async () => {
    expect(await ask()).toBe('{"iceServers":[]}');
    const odd = [
      ask({ 'content-type': 'application/json; charset=utf-8' }),
      ask({ 'x-forwarded-for': '203.0.113.1' }),
      ask({ forwarded: 'for=203.0.113.1' }),
      ask({}, '{'),
      ask({}, ' '.repeat(101)),
      ask({}, '{}', '/v1/regions'),
    ];
    expect(new Set(await Promise.all(odd))).toEqual(new Set(['passed on']));
  });

  it('asks for nobody who hung up before it saw who that is: limits on clients count addresses', async () => {
    const head =
      'POST /v1/ice-servers HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2';
    for (let i = 0; i < 10; i++) {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      await once(socket, 'connect');
      await new Promise((resolve) => socket.write(`${head}\r\n\r\n{}`, resolve));
      socket.resetAndDestroy();
    }
    // Those before it have been accepted and read by now.
    await ask();
    expect(new Set(clients)).toEqual(new Set(['127.0.0.1']));
  });

  it('passes everything on once it is closed', async () => {
    front.close();
    expect(await ask()).toBe('passed on');
  });
});
