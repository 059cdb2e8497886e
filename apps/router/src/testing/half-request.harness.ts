import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { bearer } from './keys.harness.js';
import type { ProcessAnswer } from './router-process.harness.js';

/** A request whose last bytes are still to come, on a connection of its own. */
export interface HalfRequest {
  /** Sends the rest and reads the answer until the connection ends. */
  finish(): Promise<ProcessAnswer>;
}

export async function beginRequest(port: number): Promise<HalfRequest> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const body = '{"userId":"alice"}';
  const headers = [
    'POST /v1/ice-servers HTTP/1.1',
    'host: 127.0.0.1',
    `authorization: ${bearer('server')}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  await new Promise((resolve) => socket.write(`${headers.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`, resolve));
  return {
    finish: async () => {
      socket.write(body.slice(5));
      const answer = await text(socket);
      if (!answer.startsWith('HTTP/1.1 200')) throw new Error(answer);
      return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as ProcessAnswer;
    },
  };
}

/** Whether nobody listens on the port any more. */
export async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return !isOpen;
}
