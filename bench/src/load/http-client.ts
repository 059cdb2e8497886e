import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

interface Waiting {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The least that a client of a keep-alive connection can do, so that it is the server that is measured: it writes
 * requests as they are given, and of the answers reads status and length.
 */
export class HttpConnection {
  private readonly waiting: Waiting[] = [];
  private received = '';

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk: string) => this.read(chunk));
    socket.on('close', () => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error('the server closed the connection'));
    });
    socket.on('error', () => undefined);
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  /** @param request as it goes over the wire. @returns a 200 with its head. */
  ask(request: string): Promise<string> {
    if (this.socket.destroyed) return Promise.reject(new Error('the server closed the connection'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: string): void {
    this.received += chunk;
    for (;;) {
      const head = this.received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(this.received)?.[1];
      if (length === undefined) throw new Error(`an answer without its length: ${this.received}`);
      const end = head + 4 + Number(length);
      if (this.received.length < end) return;
      const answer = this.received.slice(0, end);
      this.received = this.received.slice(end);
      const waiting = this.waiting.shift();
      if (answer.startsWith('HTTP/1.1 200 ')) waiting?.resolve(answer);
      else waiting?.reject(new Error(answer));
    }
  }
}

/** `POST` with a JSON body, as it goes over the wire. */
export function postRequest(path: string, body: unknown, headers: Readonly<Record<string, string>>): string {
  const text = JSON.stringify(body);
  const all = {
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(text.length),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`;
}
