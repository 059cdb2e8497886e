import { once } from 'node:events';
import { connect } from 'node:net';

/** `true` once something listens there. @throws {Error} while nothing does. */
export async function isListening(address: string, port: number): Promise<true> {
  const socket = connect(port, address);
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}
