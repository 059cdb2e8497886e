import { afterEach, describe, expect, it } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { probeStun } from './stun-probe.js';

const BINDING_SUCCESS = 0x0101;
const BINDING_ERROR = 0x0111;
const SOFTWARE = 0x8022;

/** A STUN response to `request`, RFC 8489 §5 and §14. */
function respond(request: Buffer, type: number, software = ''): Buffer {
  const text = Buffer.from(software);
  const value = Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4)]);
  const attribute = Buffer.alloc(4);
  attribute.writeUInt16BE(SOFTWARE, 0);
  attribute.writeUInt16BE(text.length, 2);
  const body = software === '' ? Buffer.alloc(0) : Buffer.concat([attribute, value]);
  const header = Buffer.from(request.subarray(0, 20));
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(body.length, 2);
  return Buffer.concat([header, body]);
}

const stops: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));

async function startUdpServer(answers: (request: Buffer) => Buffer[], host = '127.0.0.1') {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(0, host);
  await once(socket, 'listening');
  socket.on('message', (request, peer) => {
    for (const answer of answers(request)) socket.send(answer, peer.port, peer.address);
  });
  stops.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { transport: 'udp', host, port: socket.address().port } as const;
}

async function startTcpServer(answers: (request: Buffer) => Buffer[]) {
  const server = createServer((socket) =>
    socket.once('data', (request) => {
      for (const part of answers(request)) socket.write(part);
      socket.end();
    }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  return { transport: 'tcp', host: '127.0.0.1', port: (server.address() as AddressInfo).port } as const;
}

/** Long enough for any machine; only what must run out of time takes a short one. */
const AMPLE_MS = 5000;

describe('probeStun over UDP', () => {
  it('gets the answer of a relay', async () => {
    const target = await startUdpServer((request) => [
      respond(request, BINDING_SUCCESS, "Coturn-4.6.1 'Gorst'"),
    ]);
    expect(await probeStun(target, AMPLE_MS)).toMatchObject({
      isAnswered: true,
      message: { class: 'success' },
    });
  });

  it('asks over IPv6', async () => {
    const target = await startUdpServer((request) => [respond(request, BINDING_SUCCESS)], '::1');
    expect((await probeStun(target, AMPLE_MS)).isAnswered).toBe(true);
  });

  it('takes an error response for an answer', async () => {
    const target = await startUdpServer((request) => [respond(request, BINDING_ERROR)]);
    expect((await probeStun(target, AMPLE_MS)).isAnswered).toBe(true);
  });

  it('passes over packets that are no answer to its own request', async () => {
    const foreign = (request: Buffer) => {
      const other = respond(request, BINDING_SUCCESS);
      other.writeUInt8((other[19] ?? 0) ^ 1, 19);
      return other;
    };
    const target = await startUdpServer((request) => [
      Buffer.from('noise'),
      foreign(request),
      request,
      respond(request, BINDING_SUCCESS, 'real'),
    ]);
    expect(await probeStun(target, AMPLE_MS)).toMatchObject({
      isAnswered: true,
      message: { class: 'success' },
    });
    const onlyNoise = await startUdpServer((request) => [foreign(request), request]);
    expect(await probeStun(onlyNoise, 50)).toEqual({ isAnswered: false, reason: 'no answer within 50 ms' });
  });

  it('says when a port is closed', async () => {
    const target = await startUdpServer(() => []);
    await stops.pop()?.();
    expect(await probeStun(target, AMPLE_MS)).toEqual({ isAnswered: false, reason: 'ECONNREFUSED' });
  });

  it('says when there is no such host', async () => {
    const target = { transport: 'udp', host: 'relay.invalid', port: 3478 } as const;
    expect(await probeStun(target, AMPLE_MS)).toMatchObject({ isAnswered: false });
  });
});

describe('probeStun over TCP', () => {
  it('puts an answer together that comes in pieces', async () => {
    const target = await startTcpServer((request) => {
      const answer = respond(request, BINDING_SUCCESS, 'Coturn-4.6.1');
      return [answer.subarray(0, 7), answer.subarray(7)];
    });
    expect((await probeStun(target, AMPLE_MS)).isAnswered).toBe(true);
  });

  it('is not taken in by a server of another kind', async () => {
    const target = await startTcpServer(() => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]);
    expect((await probeStun(target, AMPLE_MS)).isAnswered).toBe(false);
  });

  it('says when the server hangs up', async () => {
    const target = await startTcpServer(() => []);
    expect(await probeStun(target, AMPLE_MS)).toEqual({
      isAnswered: false,
      reason: 'the connection was closed without an answer',
    });
  });
});
