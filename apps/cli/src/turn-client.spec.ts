import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { allocate } from './turn-client.js';

const login = { username: '1795342200:alice', credential: 'secret' };

describe('allocate, with no TURN server there', () => {
  it('says so at once when nothing listens', async () => {
    for (const transport of ['udp', 'tcp']) {
      const uri = `turn:127.0.0.1:${await closedPort()}?transport=${transport}`;
      await expect(allocate(uri, login)).rejects.toMatchObject({
        name: 'NoAnswerError',
        code: 'no-answer',
        message: expect.stringContaining(`no usable answer from ${uri}: `),
      });
    }
  });

  it('gives up in time when nobody answers', async () => {
    const silent = createSocket('udp4');
    await once(silent.bind(0, '127.0.0.1'), 'listening');
    const attempt = allocate(`turn:127.0.0.1:${silent.address().port}`, login, { timeoutMs: 100 });
    await expect(attempt).rejects.toThrow(/timed out$/);
    silent.close();
  });

  it('tries a few other ports when the server remembers ours from before, and no more', async () => {
    const server = createSocket('udp4');
    const clientPorts = new Set<number>();
    server.on('message', (request, { port }) => {
      clientPorts.add(port);
      server.send(refusal(request, 437, 'Mismatch\0'), port, '127.0.0.1');
    });
    await once(server.bind(0, '127.0.0.1'), 'listening');
    const uri = `turn:127.0.0.1:${server.address().port}`;
    await expect(allocate(uri, login)).rejects.toMatchObject({ message: `${uri} refused: 437 Mismatch` });
    expect(clientPorts.size).toBe(4);
    server.close();
  });

  it('says so when something else answers', async () => {
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await once(web.listen(0, '127.0.0.1'), 'listening');
    const { port } = web.address() as AddressInfo;
    await expect(allocate(`turn:127.0.0.1:${port}?transport=tcp`, login)).rejects.toThrow(
      /is no STUN server$/,
    );
    web.close();
  });

  it('refuses URIs it cannot reach', async () => {
    for (const uri of ['stun:h', 'turns:h?transport=udp', 'https://h']) {
      await expect(allocate(uri, login)).rejects.toMatchObject({ code: 'unsupported-uri' });
    }
  });
});

/** An error response to an allocate request, RFC 8489 §14.8. */
function refusal(request: Buffer, code: number, reason: string): Buffer {
  const text = Buffer.from(reason);
  const attribute = Buffer.alloc(8 + Math.ceil(text.length / 4) * 4);
  attribute.writeUInt16BE(0x0009, 0);
  attribute.writeUInt16BE(4 + text.length, 2);
  attribute.set([Math.floor(code / 100), code % 100], 6);
  attribute.set(text, 8);
  const header = Buffer.from(request.subarray(0, 20));
  header.writeUInt16BE(0x0113, 0);
  header.writeUInt16BE(attribute.length, 2);
  return Buffer.concat([header, attribute]);
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
