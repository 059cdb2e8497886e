import { describe, expect, it } from '@jest/globals';
import type { EnrolGrant } from '@spillway/contracts';
import { addGranted, sayFirst, type SecretList } from './secret-list.js';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const granted = (epoch: number, secret = `secret-${epoch}`): EnrolGrant => ({
  nodeId: 'a1',
  region: 'eu-central-1',
  jwt: 'jwt',
  expiresAt: NOW.toISOString(),
  epoch,
  secret,
  overlapSeconds: 3660,
});
const epochsOf = ({ secrets }: SecretList) => secrets.map(({ epoch, saidAt }) => [epoch, saidAt !== null]);

describe('addGranted', () => {
  it('begins with the first, which the node does not say yet', () => {
    expect(addGranted(undefined, granted(1))).toEqual({
      nodeId: 'a1',
      region: 'eu-central-1',
      overlapSeconds: 3660,
      secrets: [{ epoch: 1, secret: 'secret-1', saidAt: null }],
    });
  });

  it('keeps what is granted again as it is', () => {
    const { list } = sayFirst(addGranted(undefined, granted(1)), NOW);
    expect(addGranted(list, granted(1))).toEqual(list);
  });

  it('puts another before what there was', () => {
    const { list } = sayFirst(addGranted(undefined, granted(1)), NOW);
    expect(epochsOf(addGranted(list, granted(2)))).toEqual([
      [2, false],
      [1, true],
    ]);
  });

  it('goes back to one that it had before, when the epoch is taken back', () => {
    const { list } = sayFirst(addGranted(undefined, granted(1)), NOW);
    const back = addGranted(sayFirst(addGranted(list, granted(2)), NOW).list, granted(1));
    expect(epochsOf(back)).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it('takes the secret of another master for another, though its epoch is the same', () => {
    const list = addGranted(addGranted(undefined, granted(1)), granted(1, 'of another master'));
    expect(list.secrets.map(({ secret }) => secret)).toEqual(['of another master', 'secret-1']);
  });
});

describe('sayFirst', () => {
  const two = addGranted(sayFirst(addGranted(undefined, granted(1)), NOW).list, granted(2));

  it('remembers since when the first one is said, and no later time', () => {
    const { list } = sayFirst(two, NOW);
    expect(list.secrets[0]?.saidAt).toBe(NOW.toISOString());
    expect(sayFirst(list, later(60)).list.secrets[0]?.saidAt).toBe(NOW.toISOString());
  });

  it('keeps the one before until the longest credential of it is over, and not a second longer', () => {
    const { list } = sayFirst(two, NOW);
    expect(sayFirst(list, later(3659))).toEqual({ list, outlived: [] });
    expect(sayFirst(list, later(3660)).outlived).toEqual(['secret-1']);
    expect(epochsOf(sayFirst(list, later(3660)).list)).toEqual([[2, true]]);
  });

  it('counts from when the newest is said, not from when it was granted', () => {
    expect(sayFirst(two, later(1e6)).outlived).toEqual([]);
  });
});
