import { describe, expect, it } from '@jest/globals';
import { aHeartbeat } from '@spillway/testkit';
import { MASTER_SECRET } from '../testing/fleet.harness.js';
import { aNode } from '../testing/nodes.harness.js';
import { NodeRecords } from './node-records.js';
import { NodeSecrets } from './node-secrets.js';

type Overrides = Parameters<typeof aHeartbeat>[0];

/** The record of one node before and after it says something else. */
function records(before: Overrides, after: Overrides, secrets = new NodeSecrets(MASTER_SECRET)) {
  const all = new NodeRecords(secrets);
  const node = { ...aNode(before) };
  const first = all.of(node);
  const next = aNode(after);
  Object.assign(node, { heartbeat: next.heartbeat, urls: next.urls });
  return { first, second: all.of(node), again: all.of(node) };
}

describe('the record of a node', () => {
  it('stays the same from heartbeat to heartbeat', () => {
    const urls = ['turn:203.0.113.10:3478?transport=udp'];
    const { first, second } = records({ seq: 1, urls }, { seq: 2, urls });
    expect(second).toBe(first);
  });

  it('follows its URLs, and keeps the key', () => {
    const { first, second, again } = records({ seq: 1 }, { seq: 2, urls: ['turn:203.0.113.99:3478'] });
    expect(second.urls.offer(['udp'], 'ipv4', 1).urls).toEqual(['turn:203.0.113.99:3478']);
    expect(second.hmac).toBe(first.hmac);
    expect(again).toBe(second);
  });

  it('follows the epoch of its secret', () => {
    const { first, second } = records({ secretEpoch: 1 }, { secretEpoch: 2 });
    expect(second.hmac.sign('m')).not.toBe(first.hmac.sign('m'));
    expect(second.hmac.sign('m')).toBe(new NodeSecrets(MASTER_SECRET).of('n1', 2).sign('m'));
  });

  it('changes from one master secret to the next with the epoch', () => {
    const both = { current: MASTER_SECRET, previous: { secret: 'the one before it', beforeEpoch: 2 } };
    const { first, second } = records({ secretEpoch: 1 }, { secretEpoch: 2 }, new NodeSecrets(both));
    expect(first.hmac.sign('m')).toBe(new NodeSecrets('the one before it').of('n1', 1).sign('m'));
    expect(second.hmac.sign('m')).toBe(new NodeSecrets(MASTER_SECRET).of('n1', 2).sign('m'));
  });
});
