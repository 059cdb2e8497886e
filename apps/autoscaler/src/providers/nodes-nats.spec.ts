import { describe, expect, it } from '@jest/globals';
import { reporterEnvironment } from '@spillway/local-nodes';
import { natsOfContainers, natsOfPairs } from './nodes-nats.js';

const NATS_URL = 'tls://10.0.0.2:4222';
const own = { NATS_URL, NATS_CREDENTIALS: '/etc/autoscaler.creds', NATS_CA: '/etc/ca.pem' };

describe('the access to NATS of a pair on this machine', () => {
  const node = {
    nodeId: 'r-s1',
    region: 'r',
    turnAddress: '127.0.0.1',
    turnPort: 1,
    cliPort: 2,
    reporterPort: 3,
    relayPorts: { min: 4, max: 5 },
  };
  const told = (config: Parameters<typeof natsOfPairs>[0]) => {
    const options = { ...natsOfPairs(config), capacity: { bandwidthBps: 1, allocations: 1 }, samplers: [] };
    const env = reporterEnvironment(node, { pid: '/pid', cliPassword: 'x' }, options);
    return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('NATS_')));
  };

  it('is the autoscaler’s where there is no other, with whom to trust for the certificate', () => {
    expect(told(own)).toEqual(own);
    expect(told({ NATS_URL })).toEqual({ NATS_URL });
  });

  it('is the nodes’ own as soon as there is a part of it', () => {
    const NODES_NATS_CREDENTIALS = '/etc/node.creds';
    expect(told({ ...own, NODES_NATS_CREDENTIALS })).toEqual({ ...own, NATS_CREDENTIALS: '/etc/node.creds' });
    const NODES_NATS_URL = 'tls://node:secret@10.0.0.2:4222';
    expect(told({ ...own, NODES_NATS_URL })).toEqual({ NATS_URL: NODES_NATS_URL, NATS_CA: '/etc/ca.pem' });
  });
});

describe('the access to NATS of a container', () => {
  const withUser = { NATS_URL: 'nats://autoscaler:secret@10.0.0.2:4222' };

  it('is what the policy says, else the variables for nodes, else servers without a user', () => {
    const nodes = { ...own, NODES_NATS_URL: 'tls://leaf:4222', NODES_NATS_CREDENTIALS: '/run/node.creds' };
    const fromNodes = { NATS_URL: 'tls://leaf:4222', NATS_CREDENTIALS: '/run/node.creds' };
    expect(natsOfContainers({}, nodes)).toEqual(fromNodes);
    expect(natsOfContainers({ NATS_URL: 'tls://site' }, nodes)).toEqual({
      ...fromNodes,
      NATS_URL: 'tls://site',
    });
    expect(natsOfContainers({}, own)).toEqual({ NATS_URL });
  });

  it('is never the autoscaler’s own user', () => {
    const misconfigured = { code: 'misconfigured', remedy: expect.stringContaining('NODES_NATS_URL') };
    expect(() => natsOfContainers({}, withUser)).toThrow(expect.objectContaining(misconfigured));
    const NODES_NATS_URL = 'nats://node:secret@10.0.0.2:4222';
    expect(natsOfContainers({}, { ...withUser, NODES_NATS_URL })).toEqual({ NATS_URL: NODES_NATS_URL });
    expect(natsOfContainers({ NATS_URL }, withUser)).toEqual({ NATS_URL });
  });
});
