import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { subjectOf } from '@spillway/contracts';
import { aHeartbeat, aPolicy, describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { applyPolicy } from '../policy/apply-policy.js';
import { startDnsServer, type DnsServer } from '../testing/dns-server.js';
import { spillway } from '../testing/spillway.js';
import { withBus } from '../with-bus.js';

const NODES = [
  aHeartbeat({ region: 'eu-central-1', nodeId: 'euc1-a1', urls: ['turn:203.0.113.1:3478?transport=udp'] }),
  aHeartbeat({
    region: 'us-east-1',
    nodeId: 'use1-a1',
    urls: ['turn:use1-a1.example.org:3478'],
    state: 'draining',
  }),
];
const HEALTHY = {
  'turn.example.org': ['203.0.113.1'],
  'eu-central-1.turn.example.org': ['203.0.113.1'],
  'use1-a1.example.org': ['203.0.113.2'],
};

describeWith(['nats-server'], 'spillway dns, with a real nats-server and a DNS server', () => {
  let nats: StartedNats;
  let dns: DnsServer | undefined;
  const ask = async (table: Record<string, string[]>, ...args: string[]) => {
    dns = await startDnsServer(table);
    return spillway('dns', ...args, '--server', dns.address, '--nats', nats.url);
  };
  const check = (table: Record<string, string[]>) => ask(table, 'check', '--name', 'turn.example.org');

  beforeAll(async () => {
    nats = await startNats();
    await withBus(nats.url, async (bus, signal) => {
      await applyPolicy(bus, aPolicy(), signal);
      for (const heartbeat of NODES) {
        const { region, nodeId } = heartbeat;
        await bus.record(subjectOf.heartbeat(region, nodeId), heartbeat, `${nodeId}-1`, signal);
      }
    });
  });
  afterEach(async () => {
    await dns?.close();
    dns = undefined;
  });
  afterAll(() => nats.stop());

  it('check is content with records of nodes that serve', async () => {
    const { exitCode, out } = await check(HEALTHY);
    expect(out).toMatch(/^turn\.example\.org +203\.0\.113\.1 +euc1-a1 +serving +-$/m);
    expect(out).toMatch(/^ap-southeast-1\.turn\.example\.org +- /m);
    expect(out).toContain('DNS and the fleet agree');
    expect(exitCode).toBe(0);
  });

  it('check tells of a drained region that clients are sent to, and of an address of nobody', async () => {
    const { exitCode, out } = await check({
      ...HEALTHY,
      'us-east-1.turn.example.org': ['203.0.113.2', '198.51.100.9'],
    });
    expect(out).toMatch(/^us-east-1\.turn\.example\.org +203\.0\.113\.2 +use1-a1 +draining +is draining$/m);
    expect(out).toMatch(/198\.51\.100\.9 +- +- +no node of the fleet is there$/m);
    expect(out).toContain('DNS sends clients to us-east-1, none of whose nodes may be handed out');
    expect(out).toContain('spillway dns nodes > nodes.auto.tfvars.json');
    expect(exitCode).toBe(1);
  });

  it('check says 2, and not that all is well, when DNS does not answer', async () => {
    const args = ['dns', 'check', '--name', 'turn.example.org', '--nats', nats.url];
    const { exitCode, err } = await spillway(...args, '--server', '127.0.0.1:1');
    expect(exitCode).toBe(2);
    expect(err).toContain('127.0.0.1:1 does not answer for');
  });

  it('nodes are those that serve, as Terraform takes them', async () => {
    const { exitCode, out } = await ask(HEALTHY, 'nodes');
    expect(JSON.parse(out)).toEqual({
      nodes: { 'euc1-a1': { region: 'eu-central-1', ipv4: '203.0.113.1' } },
    });
    expect(exitCode).toBe(0);
  });

  it('nodes refuses when none of those that were named serves', async () => {
    const { exitCode, out, err } = await ask(HEALTHY, 'nodes', '--only', 'use1-a1');
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toContain('nothing is written');
  });
});
