import { describe, expect, it } from '@jest/globals';
import type { ClusterInfo } from '@nats-io/jetstream';
import { isLed } from './cut-off-watch.js';

const peer = (current: boolean) => ({ name: 'nats-2', current, active: 0, offline: false, lag: 0 });
const cluster = (leader: string, ...current: boolean[]): ClusterInfo => ({
  leader,
  replicas: current.map(peer),
});

describe('a server that tells of the log', () => {
  it.each([
    ['one without a cluster', undefined],
    ['one of a cluster that keeps one copy', { leader: 'nats-1' }],
    ['one whose leader is followed by all', cluster('nats-1', true, true)],
    ['one whose leader is followed by most', cluster('nats-1', true, false)],
  ])('is believed: %s', (_, cluster) => {
    expect(isLed(cluster ? { cluster } : {})).toBe(true);
  });

  it.each([
    ['one without a leader', cluster('', true, true, true)],
    ['a leader that nobody follows', cluster('nats-1', false, false)],
    ['a leader that half of all follow', cluster('nats-1', true, false, false)],
  ])('is not believed: %s', (_, cluster) => {
    expect(isLed({ cluster })).toBe(false);
  });
});
