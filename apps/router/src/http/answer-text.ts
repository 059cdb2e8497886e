import { STATUS_CODES } from 'node:http';

/** An answer as it goes over the wire of HTTP/1.1, on a connection that is kept. */
export class AnswerText {
  private seconds = NaN;
  private date = '';

  /** @param keepAliveMs how long the connection is kept while nothing comes. */
  constructor(
    private readonly keepAliveMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  of(status: number, headers: Readonly<Record<string, string>>, body: string): string {
    let lines = '';
    for (const name in headers) lines += `${name}: ${headers[name]}\r\n`;
    const kept = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(this.keepAliveMs / 1000)}\r\n`;
    const length = `content-length: ${Buffer.byteLength(body)}\r\n`;
    return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}${length}Date: ${this.dateText()}\r\n${kept}\r\n${body}`;
  }

  /** RFC 9110 §6.6.1; the same for a second. */
  private dateText(): string {
    const seconds = Math.floor(this.now() / 1000);
    if (seconds !== this.seconds) {
      this.date = new Date(seconds * 1000).toUTCString();
      this.seconds = seconds;
    }
    return this.date;
  }
}
