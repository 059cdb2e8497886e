import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import { until } from '../until.js';
import { ComposedSystem, type Container } from './compose.harness.js';

jest.setTimeout(300_000);

const serviceOf = ({ Config }: Container) => Config.Labels['com.docker.compose.service'];

describeWith(
  ['docker', 'docker-compose', 'debootstrap'],
  'deploy/compose on a machine with Docker and nothing else',
  () => {
    const system = new ComposedSystem(`spillway-spec-${randomBytes(4).toString('hex')}`);

    beforeAll(async () => {
      await system.build();
      await system.compose(['up', '--detach']);
    }, 1_500_000);
    afterAll(async () => {
      await system.compose(['down', '--volumes', '--timeout', '5']);
    });

    it('hands out a relay on which a real allocation works', async () => {
      const answer = await until('a relay is handed out, and relays', 90_000, () =>
        system.spillway('ice', '--ip', '88.198.0.1', '--try'),
      );
      expect(answer).toContain(`turn:${system.address}:3478?transport=udp`);
      expect(answer).toContain('relays on');
    });

    it('says of every service that it is healthy', async () => {
      const healthy = await until('all are healthy', 60_000, async () => {
        const checked = (await system.containers()).filter(
          ({ State }) => State.Health && State.Status === 'running',
        );
        return (
          checked.every(({ State }) => State.Health?.Status === 'healthy') && new Set(checked.map(serviceOf))
        );
      });
      expect(healthy).toEqual(new Set(['autoscaler', 'reporter', 'router']));
    });

    it('runs everything that stays without root and without writing to its own files', async () => {
      const running = (await system.containers()).filter(({ State }) => State.Status === 'running');
      expect(new Set(running.map(serviceOf))).toEqual(
        new Set(['autoscaler', 'nats', 'prometheus', 'relay', 'reporter', 'router']),
      );
      for (const container of running) {
        expect([serviceOf(container), container.Config.User]).toEqual([serviceOf(container), '65532:65532']);
        expect([serviceOf(container), container.HostConfig.ReadonlyRootfs]).toEqual([
          serviceOf(container),
          true,
        ]);
      }
    });

    it('is seen by Prometheus as it is shipped, every target', async () => {
      const health = await until('all targets are up', 60_000, async () => {
        const answer = await fetch('http://127.0.0.1:9090/api/v1/targets?state=active');
        const { data } = (await answer.json()) as { data: { activeTargets: { health: string }[] } };
        const all = data.activeTargets.map((target) => target.health);
        return all.length > 0 && all.every((each) => each === 'up') && all;
      });
      expect(health).toHaveLength(3);
    });

    it('lets nobody into NATS who has no credentials', async () => {
      const anonymous = system.compose([
        'run',
        '--rm',
        '-T',
        '-e',
        'NATS_CREDENTIALS=',
        'cli',
        'policy',
        'show',
      ]);
      await expect(anonymous).rejects.toThrow(/Authorization Violation/i);
    });

    it('keeps its keys when it is brought up again', async () => {
      await system.compose(['up', '--detach', '--force-recreate', 'setup', 'router']);
      const answer = await until('the keys still fit', 60_000, () => system.spillway('ice', '--try'));
      expect(answer).toContain('relays on');
    });

    it('leaves nothing behind', async () => {
      await system.compose(['down', '--volumes', '--timeout', '5']);
      expect(await system.remains('ps', '--all')).toEqual([]);
      expect(await system.remains('volume', 'ls')).toEqual([]);
      expect(await system.remains('network', 'ls')).toEqual([]);
    });
  },
);
