import { on, once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Characters kept of an answer: what matters stands at its end, the lists before it grow with the sessions. */
const TAIL = 1024;

/** A conversation in text over TCP: say something, wait for what matches. */
export class LineDialog {
  private heard = '';

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.heard = (this.heard + chunk).slice(-TAIL);
    });
    // The next `hear` finds the socket destroyed; without a listener the error would end the process.
    socket.on('error', () => undefined);
  }

  static async open(host: string, port: number, signal: AbortSignal): Promise<LineDialog> {
    const socket = connect({ host, port });
    try {
      await once(socket, 'connect', { signal });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return new LineDialog(socket);
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  say(line: string): void {
    this.heard = '';
    this.socket.write(`${line}\r\n`);
  }

  /** @throws {Error} when the other side hangs up or `signal` aborts first. */
  async hear(pattern: RegExp, signal: AbortSignal): Promise<RegExpExecArray> {
    const match = pattern.exec(this.heard);
    if (match) return match;
    if (this.isOpen) {
      for await (const _ of on(this.socket, 'data', { signal, close: ['close'] })) {
        const match = pattern.exec(this.heard);
        if (match) return match;
      }
    }
    throw new Error('the connection was closed');
  }

  close(): void {
    this.socket.destroy();
  }
}
