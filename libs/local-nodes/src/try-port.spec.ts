import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { tryPort } from './try-port.js';

/** Handles leave the list once the event loop has come round. */
async function openSockets(): Promise<number> {
  await setImmediate();
  return process.getActiveResourcesInfo().filter((resource) => /^(UDP|TCPServer|TCPSocket)/.test(resource))
    .length;
}

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
      const before = await openSockets();
      expect(await tryPort({ protocol, address: '127.0.0.1', port })).toBe('in use');
      expect(await openSockets()).toBe(before);

      holder.close();
      await once(holder, 'close');
      expect(await tryPort({ protocol, address: '127.0.0.1', port })).toBeUndefined();
      expect(await openSockets()).toBe(before - 1);
    },
  );
});
