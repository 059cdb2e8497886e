import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { checkPorts } from './ports.js';

describe('checkPorts', () => {
  it('names every port that is in use, and the option that chooses another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await Promise.all([once(server, 'listening'), once(socket, 'listening')]);
    const tcp = (server.address() as { port: number }).port;
    const udp = socket.address().port;
    const needed = { address: '127.0.0.1', purpose: 'HTTP', option: '--http-port' };
    try {
      await expect(
        checkPorts([
          { ...needed, protocol: 'tcp', port: tcp },
          { ...needed, protocol: 'udp', port: udp },
        ]),
      ).rejects.toThrow(
        'Some ports cannot be had:\n' +
          `  127.0.0.1:${tcp}/tcp (HTTP): in use; choose another with --http-port\n` +
          `  127.0.0.1:${udp}/udp (HTTP): in use; choose another with --http-port`,
      );
    } finally {
      server.close();
      socket.close();
    }
  });

  it('leaves free ports free', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    const needed = { address: '127.0.0.1', port, purpose: 'TURN', option: '--turn-port' };
    const both = [{ ...needed, protocol: 'tcp' } as const, { ...needed, protocol: 'udp' } as const];
    await expect(checkPorts(both)).resolves.toBeUndefined();
    await expect(checkPorts(both)).resolves.toBeUndefined();
  });
});
