import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../usage-error.js';
import { readQuestion, type Question } from './question.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const read = (text: string): Question => readQuestion(text, { within: 30 }, NOW);

const ALICE = { kind: 'username', username: { expiresAtSeconds: 1_795_382_813, user: 'alice' } };

/** What coturn 4.6.1 printed with `verbose` for `turnutils_uclient`, and eturnal 1.12 by its source. */
const LINES = [
  '1: : session 000000000000000001: new, realm=<spillway>, username=<1795382813:alice>, lifetime=777',
  '1: : session 000000000000000001: refreshed, realm=<spillway>, username=<1795382813:alice>, lifetime=600',
  '2: : session 001000000000000001: realm <spillway> user <1795382813:alice>: incoming packet CREATE_PERMISSION processed, success',
  '8: : ERROR: check_stun_auth: Cannot find credentials of user <1795382813:alice>',
  '2026-11-22 10:15:00.123456+00:00 [info] Relaying [UDP, session 2k3x, user 1795382813:alice, client 192.0.2.7:4711, relay 203.0.113.10:50123] (<0.512.0>@turn:handle/2:301)',
  '1795382813:alice',
  '  "1795382813:alice"  ',
  '{"username":"1795382813:alice","credential":"x"}',
];

describe('What somebody asks', () => {
  it.each(LINES)('has a TURN user name in %j', (line) => {
    expect(read(line)).toEqual(ALICE);
  });

  it('has a user name with whatever a router puts into one', () => {
    expect(read('username=<1795382813:demo-5ab5f07a80-4>')).toMatchObject({
      username: { user: 'demo-5ab5f07a80-4' },
    });
    expect(read('user <1795382813:a.b_c-D>: incoming')).toMatchObject({ username: { user: 'a.b_c-D' } });
  });

  it.each(['demo-5ab5f07a80-4', 'use1-router-2-5ab5f07a80-zz'])('is the decision id %j', (id) => {
    expect(read(` ${id}\n`)).toEqual({ kind: 'decision', id });
  });

  it('is a node and a time', () => {
    const options = { node: 'euc1-a1', at: '10:15', within: 60 };
    expect(readQuestion(undefined, options, NOW)).toEqual({
      kind: 'node',
      node: 'euc1-a1',
      atMs: Date.parse('2026-11-22T10:15:00Z'),
      withinMs: 60_000,
    });
  });

  it.each([
    ['alice', {}, /has no TURN user name and is no decision id/],
    [
      '1: : session 1: realm <x> user <>: incoming packet message processed, error 401',
      {},
      /before the client said who it is/,
    ],
    ['demo-5ab5f07a80-4', { user: 'alice' }, /name one thing/],
    [undefined, {}, /name one thing/],
    [undefined, { node: 'euc1-a1' }, /--node needs --at/],
  ])('is refused with the fix: %j %j', (text, options, message) => {
    const ask = () => readQuestion(text, { within: 30, ...options }, NOW);
    expect(ask).toThrow(UsageError);
    expect(ask).toThrow(message);
  });
});
