import { describe, expect, it } from '@jest/globals';
import { TRANSPORTS } from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit';
import { HmacSha1 } from '@spillway/turn';
import { MASTER_SECRET } from '../testing/fleet.harness.js';
import { NodeRecords } from './node-records.js';
import { NodeSecrets } from './node-secrets.js';
import type { ClientKind } from './node-urls.js';

const REGION = 'us-east-1';
const ANY: ClientKind = { wanted: TRANSPORTS, family: 'ipv4', limit: 3 };

/** The records of a fleet whose nodes say one thing after the other. */
function aFleetOf(secrets = new NodeSecrets(MASTER_SECRET)) {
  const fleet = new Fleet();
  const log = aLog();
  fleet.apply(log({ kind: 'policy', policy: aPolicy() }, 1), 0);
  const records = new NodeRecords(secrets);
  let seq = 0;
  return {
    records,
    say: (overrides: Parameters<typeof aHeartbeat>[0] = {}) => {
      const heartbeat = aHeartbeat({ seq: ++seq, ...overrides });
      fleet.apply(log({ kind: 'heartbeat', heartbeat }, 1), 0);
      const node = fleet.node(REGION, heartbeat.nodeId);
      if (!node) throw new Error('the fold does not know a node that was heard');
      return node;
    },
  };
}

const signed = (secrets: NodeSecrets, nodeId: string, epoch: number) =>
  new HmacSha1(secrets.of(nodeId, epoch)).sign('m');

describe('the records of nodes', () => {
  it('stay the same from heartbeat to heartbeat', () => {
    const { records, say } = aFleetOf();
    const first = records.of(say(), ANY);
    const signature = records.of(say(), ANY).sign('m');
    expect(records.of(say(), ANY).urls).toBe(first.urls);
    expect(records.of(say(), ANY).stun).toBe(first.stun);
    expect(records.of(say(), ANY).sign('m')).toBe(signature);
  });

  it('follow their URLs, and keep the key', () => {
    const { records, say } = aFleetOf();
    records.of(say(), ANY);
    const signature = records.of(say(), ANY).sign('m');
    const moved = say({ urls: ['turn:203.0.113.99:3478'] });
    expect(records.of(moved, ANY)).toMatchObject({
      id: 'n1',
      urls: ['turn:203.0.113.99:3478'],
      stun: { urls: ['stun:203.0.113.99:3478'] },
    });
    expect(records.of(moved, ANY).sign('m')).toBe(signature);
  });

  it('are those of each node and each kind of client, whoever was asked for before', () => {
    const { records, say } = aFleetOf();
    const both = ['turn:203.0.113.1:3478?transport=udp', 'turn:203.0.113.1:3478?transport=tcp'];
    const nodes = [say({ nodeId: 'a', urls: both }), say({ nodeId: 'b' }), say({ nodeId: 'c', urls: both })];
    const kinds: ClientKind[] = [ANY, { ...ANY, wanted: ['tcp'] }, { ...ANY, limit: 1 }];
    const offered = () => kinds.map((kind) => nodes.map((node) => records.of(node, kind).urls));
    const first = offered();
    expect(offered()).toEqual(first);
    expect(first.map(([a]) => a)).toEqual([both, both.slice(1), both.slice(0, 1)]);
    expect(new Set(nodes.map((node) => records.of(node, ANY).sign('m'))).size).toBe(3);
  });

  it('follow the epoch of the secret', () => {
    const { records, say } = aFleetOf();
    const secrets = new NodeSecrets(MASTER_SECRET);
    expect(records.of(say({ secretEpoch: 1 }), ANY).sign('m')).toBe(signed(secrets, 'n1', 1));
    expect(records.of(say({ secretEpoch: 2 }), ANY).sign('m')).toBe(signed(secrets, 'n1', 2));
  });

  it('change from one master secret to the next with the epoch', () => {
    const both = { current: MASTER_SECRET, previous: { secret: 'the one before it', beforeEpoch: 2 } };
    const { records, say } = aFleetOf(new NodeSecrets(both));
    const before = signed(new NodeSecrets('the one before it'), 'n1', 1);
    expect(records.of(say({ secretEpoch: 1 }), ANY).sign('m')).toBe(before);
    expect(records.of(say({ secretEpoch: 2 }), ANY).sign('m')).toBe(
      signed(new NodeSecrets(MASTER_SECRET), 'n1', 2),
    );
  });
});
