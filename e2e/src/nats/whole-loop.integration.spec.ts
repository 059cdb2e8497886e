import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUERY_ICE_SERVERS, subjectOf, type LogEntry } from '@spillway/contracts';
import { describeWith } from '@spillway/testkit';
import { until } from '../until.js';
import { bearer, Daemons, type Daemon } from './daemons.harness.js';
import { spillway, type Access } from './keyring.harness.js';
import type { ShippedNats } from './shipped-nats.harness.js';
import { Site } from './site.harness.js';

jest.setTimeout(120_000);

const POLICY = {
  revision: 'spec-1',
  regions: { 'eu-central-1': {} },
  defaultRegion: 'eu-central-1',
};

describeWith(
  ['nats-server', 'openssl'],
  'the whole system, each process with its own credentials and no more',
  () => {
    let site: Site;
    let server: ShippedNats;
    let operator: Required<Access>;
    let daemons: Daemons;
    let router: Daemon;
    let reporter: Daemon;

    const run = async (...args: string[]) => {
      const { exitCode, output } = await spillway(args, operator);
      expect([exitCode, output]).toEqual([0, output]);
      return output;
    };

    beforeAll(async () => {
      site = await Site.create();
      server = await site.startServer();
      daemons = new Daemons(site.root);
      operator = await site.access(server, 'operator', 'ops');
      const policy = join(site.root, 'policy.json');
      writeFileSync(policy, JSON.stringify(POLICY));
      await run('provision', '--max-age', '1h', '--max-bytes', '100MB');
      await run('policy', 'apply', policy);
      [router, , reporter] = await Promise.all([
        daemons.router('r1', await site.access(server, 'router', 'r1')),
        daemons.autoscaler('s1', await site.access(server, 'autoscaler', 's1')),
        daemons.reporter('eu-central-1', 'a1', await site.access(server, 'node', 'eu-central-1/a1')),
      ]);
    }, 120_000);
    afterAll(async () => {
      await daemons.stop();
      await site.stop();
    });

    it('places a client on the node that is heard, and has it on the log', async () => {
      const answer = await until('a client is placed', 30_000, async () => {
        const answer = await router.call('/v1/ice-servers', {});
        return 'iceServers' in (answer as object) && answer;
      });
      expect(answer).toMatchObject({ placement: { region: 'eu-central-1', nodes: ['a1'] } });
      const { bus } = await site.connected(operator);
      const entries: LogEntry[] = [];
      await bus.follow(
        { onEntry: (entry) => entries.push(entry) },
        { filter: subjectOf.issued('r1'), issuedWindowSeconds: 30 },
      );
      await until('the decision is on the log', 10_000, async () =>
        entries.some(({ event }) => event.kind === 'issued' && event.issued.decisions.length > 0),
      );
    });

    it('answers a signaling server over NATS', async () => {
      const { bus } = await site.connected(await site.access(server, 'client', 'signaling'));
      const headers = { authorization: bearer };
      const { data } = await bus.request(QUERY_ICE_SERVERS, { payload: {}, headers }, 5_000);
      expect(JSON.parse(new TextDecoder().decode(data))).toMatchObject({ placement: { nodes: ['a1'] } });
    });

    it('drains the node by an order of the command line, and takes it back by one of the router', async () => {
      await until(
        'an autoscaler leads',
        30_000,
        async () => (await spillway(['undrain', 'a1'], operator)).exitCode === 0,
      );
      const drained = await run('drain', 'a1', '--deadline', '60s', '--wait');
      expect(drained).toMatch(/a1/);
      expect(await reporter.call('/readyz')).toMatchObject({
        checks: { commands: { detail: expect.stringMatching(/is over/) } },
      });
      await until(
        'nobody is placed on it',
        10_000,
        async () => 'code' in ((await router.call('/v1/ice-servers', {})) as object),
      );
      expect(await router.call('/v1/nodes/a1/undrain', {})).toMatchObject({ node: 'a1' });
      await until(
        'somebody is again',
        10_000,
        async () => 'iceServers' in ((await router.call('/v1/ice-servers', {})) as object),
      );
    });

    it('shows and changes the policy from the command line', async () => {
      const policy = join(site.root, 'policy-2.json');
      writeFileSync(policy, JSON.stringify({ ...POLICY, revision: 'spec-2', ttlSeconds: { default: 300 } }));
      await run('policy', 'apply', policy);
      expect(await run('policy', 'show', '--json')).toContain('spec-2');
      await until('the router follows it', 10_000, async () => {
        const { ttlSeconds } = (await router.call('/v1/ice-servers', {})) as { ttlSeconds?: number };
        return ttlSeconds === 300;
      });
    });

    it('stores what the autoscaler knows of the region, and tells its price', async () => {
      const { bus } = await site.connected(operator);
      await until(
        'the region is stored',
        30_000,
        async () => (await bus.state.get('region.eu-central-1')) !== undefined,
      );
      const entries: LogEntry[] = [];
      await bus.follow(
        { onEntry: (entry) => entries.push(entry) },
        { filter: subjectOf.spillover('eu-central-1') },
      );
      await until('the price is on the log', 30_000, async () => entries.length > 0);
      expect(entries[0]?.event.kind).toBe('spillover');
    });

    it('forbids none of them anything that they need', async () => {
      await until('all are well', 30_000, async () => (await router.isWell()) && (await reporter.isWell()));
      expect(server.log.split('\n').filter((line) => line.includes('Violation'))).toEqual([]);
      expect(daemons.output).not.toMatch(/permissions violation/i);
    });
  },
);
