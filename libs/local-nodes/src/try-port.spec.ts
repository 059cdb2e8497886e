import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { tryPort } from './try-port.js';

const openSockets = () =>
  process.getActiveResourcesInfo().filter((resource) => /^(UDP|TCPServer|TCPSocket)/.test(resource)).length;

describe('tryPort', () => {
  it.each(['udp', 'tcp'] as const)(
    'tells whether a port of %s is in use, and holds none itself',
    async (protocol) => {
      const holder =
        protocol === 'udp'
          ? createSocket('udp4').bind(0, '127.0.0.1')
          : createServer().listen(0, '127.0.0.1');
      await once(holder, 'listening');
      const { port } = holder.address() as AddressInfo;
      const before = openSockets();
      expect(await tryPort({ protocol, address: '127.0.0.1', port })).toBe('in use');
      expect(openSockets()).toBe(before);

      holder.close();
      await once(holder, 'close');
      expect(await tryPort({ protocol, address: '127.0.0.1', port })).toBeUndefined();
      expect(openSockets()).toBe(before - 1);
    },
  );
});
