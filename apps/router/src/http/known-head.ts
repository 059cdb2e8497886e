import type { IncomingMessage } from 'node:http';

/** Lines that end in CRLF and hold neither alone, then an empty one: RFC 9112 §2.1, read in one way only. */
const HEAD = /^(?:[^\r\n]+\r\n)+\r\n/;
const LENGTH = /^([^]*\r\ncontent-length:[ \t]*)(\d+)([ \t]*\r\n[^]*)$/i;
/** Digits of a length; with more of them it is none of ours. */
const MAX_DIGITS = 6;

/** Where a message's body is in the text that it was found in. */
export interface FoundBody {
  readonly from: number;
  readonly to: number;
}

/** The head that a text begins with; `undefined` where it has none, or one that could be read in two ways. */
export function headOf(text: string): string | undefined {
  return HEAD.exec(text)?.[0];
}

/** Whether Node read this request from this head. */
export function isHeadOf(head: string, { method, url, httpVersion, rawHeaders }: IncomingMessage): boolean {
  const [start, ...lines] = head.split('\r\n').slice(0, -2);
  const isSame = (line: string, i: number) => {
    const [name = '', value] = rawHeaders.slice(2 * i, 2 * i + 2);
    return line.startsWith(`${name}:`) && line.slice(name.length + 1).trim() === value;
  };
  const isAllOfIt = lines.length === rawHeaders.length / 2;
  return isAllOfIt && start === `${method} ${url} HTTP/${httpVersion}` && lines.every(isSame);
}

/**
 * The head of a request that Node has read. What comes after it on the same connection and differs in the digits of
 * its length alone says the same: most clients send one head all the time, and reading HTTP is half of an answer.
 */
export class KnownHead {
  /** Of what the head says, all that an answer needs: it is kept for as long as its connection. */
  private constructor(
    readonly authorization: string | undefined,
    private readonly before: string,
    private readonly after: string,
  ) {}

  /** @returns `undefined` for a request after which the connection may not go on, or that asks more than its answer. */
  static of(head: string, { httpVersion, headers }: IncomingMessage): KnownHead | undefined {
    const { connection = 'keep-alive', expect, upgrade } = headers;
    const isUsual = httpVersion === '1.1' && connection.toLowerCase() === 'keep-alive';
    if (!isUsual || expect !== undefined || upgrade !== undefined) return undefined;
    const [, before, digits, after] = LENGTH.exec(head) ?? [];
    if (before === undefined || after === undefined || digits !== headers['content-length']) return undefined;
    return new KnownHead(headers.authorization, copyOf(before), copyOf(after));
  }

  /** @returns the body of a whole message of this head at `at`; `undefined` where there is none. */
  find(text: string, at: number): FoundBody | undefined {
    if (!text.startsWith(this.before, at)) return undefined;
    const digitsAt = at + this.before.length;
    let end = digitsAt;
    let length = 0;
    for (
      let digit = digitAt(text, end);
      digit >= 0 && end < digitsAt + MAX_DIGITS;
      digit = digitAt(text, end)
    ) {
      length = length * 10 + digit;
      end++;
    }
    if (end === digitsAt || !text.startsWith(this.after, end)) return undefined;
    const from = end + this.after.length;
    const to = from + length;
    return to <= text.length ? { from, to } : undefined;
  }
}

/** A part of a text has all of it kept (V8), and this one is a part of all that came with it. */
function copyOf(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('latin1');
}

/** -1 for what is none. */
function digitAt(text: string, index: number): number {
  const digit = text.charCodeAt(index) - 48;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
