import { expect, it } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { startCoturn } from './coturn.js';
import { describeWith } from './tools.js';

describeWith(['turnserver'], 'startCoturn', () => {
  it('starts a server that answers, keeps its ports over a restart, and frees them when stopped', async () => {
    const coturn = await startCoturn();
    const firstPid = coturn.pid;
    await coturn.restart();
    expect(coturn.pid).not.toBe(firstPid);
    expect(coturn.log).not.toContain('Bad configuration format');
    await coturn.stop();
    const socket = createSocket('udp4').bind(coturn.port, coturn.host);
    await once(socket, 'listening');
    expect(socket.address().port).toBe(coturn.port);
    socket.close();
  });

  it('says what the server printed when it cannot start', async () => {
    const starting = startCoturn({ args: ['--no-such-option'] });
    await expect(starting).rejects.toThrow('turnserver ended before it was ready');
  });
});
