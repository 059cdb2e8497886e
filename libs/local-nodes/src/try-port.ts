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
    if (protocol === 'tcp') {
      const server = createServer().listen(port, address);
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
    } else {
      const socket = createSocket('udp4').bind(port, address);
      await once(socket, 'listening');
      socket.close();
      await once(socket, 'close');
    }
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'EADDRINUSE' ? 'in use' : message;
  }
}
