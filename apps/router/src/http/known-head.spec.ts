import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { headOf, isHeadOf, KnownHead } from './known-head.js';

const LINES = ['POST / HTTP/1.1', 'content-type: application/json', 'content-length: 2', 'a: b'];
const written = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;
const HEAD = written(...LINES);

/** As Node would have read it. */
function readBy(headers: Record<string, string> = {}, httpVersion = '1.1'): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  return Object.assign(request, { httpVersion, headers: { 'content-length': '2', ...headers } });
}

describe('a head', () => {
  const request = Object.assign(readBy(), {
    method: 'POST',
    url: '/',
    rawHeaders: ['content-type', 'application/json', 'content-length', '2', 'a', 'b'],
  });

  it.each([HEAD, HEAD.replace('a: b', 'a:\t b ')])('is the one that a request was read from: %j', (head) => {
    expect(isHeadOf(head, request)).toBe(true);
  });

  it.each([
    HEAD.replace('POST', 'PUT'),
    HEAD.replace('a: b', 'a: c'),
    HEAD.replace('a: b', 'c: b'),
    HEAD.replace('a: b', 'a: b\r\nc: d'),
    HEAD.replace('a: b\r\n', ''),
  ])("is another request's: %j", (head) => {
    expect(isHeadOf(head, request)).toBe(false);
  });
});

/** Fastest of many, in ms: what else runs on the machine has no part in it. */
function msToCompare(fields: number): number {
  const head = written('POST / HTTP/1.1', ...Array.from({ length: fields }, () => 'a:'));
  const rawHeaders = Array.from({ length: fields }, () => ['a', '']).flat();
  const request = Object.assign(readBy(), { method: 'POST', url: '/', rawHeaders });
  const tries = Array.from({ length: 20 }, () => {
    const startedAt = performance.now();
    expect(isHeadOf(head, request)).toBe(true);
    return performance.now() - startedAt;
  });
  return Math.min(...tries);
}

it('A head of as many fields as Node reads takes no more time than its length', () => {
  expect(msToCompare(4_000) / msToCompare(400)).toBeLessThan(40);
});

describe('the head of a text', () => {
  it('ends with its first empty line', () => {
    expect(headOf(`${HEAD}{}\r\n\r\n`)).toBe(HEAD);
  });

  it.each([
    '',
    'POST / HTTP/1.1\r\n',
    '\r\n\r\n',
    'POST / HTTP/1.1\na: b\n\n',
    'a: b\r\nb: c\n\r\n\r\n',
    'a\rb\r\n\r\n',
  ])('is none where there is no whole one, or one that could be read in two ways: %j', (text) => {
    expect(headOf(text)).toBeUndefined();
  });
});

describe('a head that Node has read', () => {
  const known = KnownHead.of(HEAD, readBy());

  it.each([
    ['the same', HEAD, '{}'],
    ['another length', HEAD.replace(': 2', ': 11'), '{"count":1}'],
  ])('is found again with its body: %s', (_, head, body) => {
    const text = `before${head}${body}after`;
    const found = known?.find(text, 6);
    expect(text.slice(found?.from, found?.to)).toBe(body);
  });

  it.each([
    ['another value', HEAD.replace('a: b', 'a: c')],
    ['another line', written(...LINES, 'transfer-encoding: chunked')],
    ['a line less', written(...LINES.slice(0, -1))],
    ['a length that is none', HEAD.replace(': 2', ': x')],
    ['no length', HEAD.replace(': 2', ': ')],
    ['a length with a sign', HEAD.replace(': 2', ': +2')],
    ['a length beyond all bounds', HEAD.replace(': 2', ': 0000002')],
    ['a body that is not all there', HEAD.replace(': 2', ': 3')],
  ])('is not the one of a message with %s', (_, head) => {
    expect(known?.find(`${head}{}`, 0)).toBeUndefined();
  });

  it('is of no use where the connection ends with it, or more is asked than an answer', () => {
    const odd = [
      readBy({ connection: 'close' }),
      readBy({ connection: 'keep-alive, x' }),
      readBy({ expect: '100-continue' }),
      readBy({ upgrade: 'h2c' }),
      readBy({}, '1.0'),
      readBy({ 'content-length': '3' }),
    ];
    expect(odd.map((request) => KnownHead.of(HEAD, request))).toEqual(odd.map(() => undefined));
    expect(KnownHead.of(HEAD, readBy({ connection: 'Keep-Alive' }))).toBeDefined();
  });
});

describe('what is kept of a head', () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const COUNT = 100;

  it('is its own text alone, neither what came with it nor what Node made of it', () => {
    const fieldsOf = (n: number) =>
      Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`${n}-${i}`, '']));
    const keep = (n: number) => {
      const head = headOf(`${HEAD}${`${n}`.repeat(50_000)}`) ?? '';
      return KnownHead.of(head, readBy(fieldsOf(n)));
    };
    gc();
    const before = process.memoryUsage().heapUsed;
    const kept = Array.from({ length: COUNT }, (_, n) => keep(n));
    gc();
    const bytesEach = (process.memoryUsage().heapUsed - before) / COUNT;
    expect(kept.every((known) => known?.find(`${HEAD}{}`, 0))).toBe(true);
    expect(bytesEach).toBeLessThan(10_000);
  });
});
