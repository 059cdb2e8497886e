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

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
