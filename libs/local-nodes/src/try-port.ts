import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface LocalPort {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

/** Takes the port for a moment; says why that is not possible. */
export async function tryPort({ protocol, address, port }: LocalPort): Promise<string | undefined> {
  try {
    await (protocol === 'tcp' ? listenOnce(port, address) : bindOnce(port, address));
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'EADDRINUSE' ? 'in use' : message;
  }
}

async function listenOnce(port: number, address: string): Promise<void> {
  const server = createServer().listen(port, address);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

async function bindOnce(port: number, address: string): Promise<void> {
  const socket = createSocket('udp4');
  try {
    await once(socket.bind(port, address), 'listening');
  } finally {
    // Unlike a server, a socket that could not be bound stays open, and keeps the process alive.
    socket.close();
    await once(socket, 'close');
  }
}
