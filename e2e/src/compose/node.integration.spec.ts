import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { iceServersAnswerSchema } from '@spillway/contracts';
import { allocate } from '@spillway/cli/turn-client';
import { describeWith } from '@spillway/testkit';
import { until } from '../until.js';
import type { ComposedSystem } from './compose.harness.js';
import { Centre, REGION } from './field-node.harness.js';

jest.setTimeout(300_000);

describeWith(
  ['docker', 'docker-compose', 'debootstrap', 'nats-server', 'openssl'],
  'deploy/compose/node.yaml on a machine with Docker and nothing else',
  () => {
    let centre: Centre;
    let node: ComposedSystem;

    beforeAll(async () => {
      centre = await Centre.start();
      node = await centre.newNode();
      await node.build();
      await node.compose(['up', '--detach']);
    }, 1_500_000);
    afterAll(async () => {
      await node?.compose(['down', '--volumes', '--timeout', '5']);
      await centre?.stop();
    });

    const answer = async () =>
      iceServersAnswerSchema.parse(await centre.router.call('/v1/ice-servers', { clientIp: '88.198.0.1' }));
    const nodes = async () => {
      const report = (await centre.router.call('/v1/nodes')) as { nodes: NodeReport[] };
      return report.nodes;
    };
    const states = async () => (await nodes()).map(({ state }) => state);

    /** Makes an allocation with what a client is handed. @returns where. */
    const relays = async () => {
      const { iceServers, placement } = await answer();
      const [{ urls, username = '', credential = '' } = { urls: [] }] = iceServers;
      const allocation = await allocate(urls[0] ?? '', { username, credential });
      await allocation.permit('8.8.8.8');
      await allocation.release();
      return `${placement.region} ${urls[0]}`;
    };
    const enrolIn = (...args: string[]) =>
      node.compose(['exec', '-T', 'renew', 'node', '/app/main.js', 'enrol', ...args]);

    it('joins with its token, and relays for who is sent to it', async () => {
      const relayed = await until('a client is placed', 60_000, relays);
      expect(relayed).toMatch(`${REGION} turn:${node.address}:`);
      await until('allocations are known', 30_000, async () => (await nodes())[0]?.load.allocations === 0);
    });

    it('renews what it was given, and gets another secret as the guide says', async () => {
      await centre.startEnroller('2');
      expect(await enrolIn('renew')).toMatch(/^renewed: .*secret of epoch 2, beside that of 1/);
      await node.compose(['run', '--rm', 'setup']);
      await node.compose(['restart', '--timeout', '5', 'relay']);
      expect(await enrolIn('apply')).toMatch(/^applied: .*secret of epoch 2/);
      await until('routers sign with it', 30_000, relays);
    });

    it('runs everything that stays without root and without writing to its own files', async () => {
      const running = (await node.containers()).filter(({ State }) => State.Status === 'running');
      expect(running).toHaveLength(3);
      for (const { Config, HostConfig } of running)
        expect([Config.User, HostConfig.ReadonlyRootfs]).toEqual(['65532:65532', true]);
    });

    it('is the same node when it is brought up again, and leaves nothing behind in the end', async () => {
      await node.compose(['stop', '--timeout', '5', 'reporter']);
      await until('it has said that it stopped', 10_000, async () => (await states()).includes('stopped'));
      await node.compose(['up', '--detach']);
      await until('it serves again', 30_000, async () => (await states()).join() === 'serving');
      await node.compose(['down', '--volumes', '--timeout', '5']);
      expect(await node.remains('ps', '--all')).toEqual([]);
      expect(await node.remains('volume', 'ls')).toEqual([]);
      expect(await states()).toEqual(['stopped']);
    });
  },
);

interface NodeReport {
  readonly state: string;
  readonly load: { readonly allocations: number | null };
}
