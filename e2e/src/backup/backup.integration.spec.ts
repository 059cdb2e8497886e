import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUTOSCALER_LEASE_KEY, POLICY_KEY } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { describeWith } from '@spillway/testkit';
import { Daemons, type Daemon } from '../nats/daemons.harness.js';
import { spillway } from '../nats/keyring.harness.js';
import { until } from '../until.js';
import { startStoredNats, type StoredNats } from './stored-nats.harness.js';

jest.setTimeout(180_000);

const REGION = 'eu-central-1';
const KEYS = [POLICY_KEY, `region.${REGION}`, AUTOSCALER_LEASE_KEY];
const LIMIT_MS = 30_000;

/** The steps of docs/backup.md. */
describeWith(['nats-server'], 'NATS that is lost with its disks', () => {
  describe.each([1, 3] as const)('%i of them', (size) => {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-backup-'));
    const copy = join(folder, 'store');
    const daemons = new Daemons(folder);
    let nats: StoredNats;
    let router: Daemon;
    let autoscaler: Daemon;
    let stored: readonly unknown[];

    const access = () => ({ NATS_URL: nats.url });
    const run = async (...args: string[]) => {
      const { exitCode, output } = await spillway(args, access());
      expect([exitCode, output]).toEqual([0, output]);
      return output;
    };
    const applyPolicy = (revision: string) => {
      const file = join(folder, 'policy.json');
      writeFileSync(file, JSON.stringify({ revision, regions: { [REGION]: {} }, defaultRegion: REGION }));
      return run('policy', 'apply', file);
    };
    const withBus = async <T>(work: (bus: NatsBus) => Promise<T>) => {
      const bus = NatsBus.connect({ servers: nats.url, name: 'backup-spec' });
      try {
        return await until('NATS answers', LIMIT_MS, async () => ({ result: await work(bus) }));
      } finally {
        await bus.close();
      }
    };
    const readState = async () =>
      (await withBus((bus) => Promise.all(KEYS.map(async (key) => (await bus.state.get(key))?.value))))
        .result;
    const startAutoscaler = async () => {
      autoscaler = await daemons.autoscaler('s1', access());
      await until('it leads', LIMIT_MS, async () => autoscaler.isWell());
    };
    const endAutoscaler = async () => {
      autoscaler.process.signal('SIGTERM');
      await autoscaler.process.ended;
    };
    const placed = async (by: Daemon, revision: string) => {
      await until(`${revision} is in force and a client is placed`, LIMIT_MS, async () => {
        const { policyRevision } = (await by.call('/v1/regions')) as { policyRevision: string };
        const answer = (await by.call('/v1/ice-servers', {})) as object;
        const readiness = await by.call('/readyz');
        expect({ policyRevision, answer, readiness }).toMatchObject({
          policyRevision: revision,
          answer: { iceServers: expect.anything() },
          readiness: { ready: true, checks: { link: { status: 'ok' }, view: { status: 'ok' } } },
        });
        return true;
      });
    };

    beforeAll(async () => {
      nats = await startStoredNats(size);
      await run('provision', '--replicas', `${nats.replicas}`, '--max-bytes', '100MB');
      await applyPolicy('saved');
      [router] = await Promise.all([
        daemons.router('r1', access()),
        startAutoscaler(),
        daemons.reporter(REGION, 'a1', access()),
      ]);
      await placed(router, 'saved');
      await until('the region is stored', LIMIT_MS, async () => (await readState())[1] !== undefined);
    });
    afterAll(async () => {
      await daemons.stop();
      await nats?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('is restored from a copy of one store: policy, prices and who led stand where they stood', async () => {
      await endAutoscaler();
      stored = await readState();
      await nats.copyStore(copy);
      await applyPolicy('later');
      await placed(router, 'later');
      await nats.lose();
      expect(await router.call('/v1/ice-servers', {})).toHaveProperty('iceServers');
      await nats.restore(copy);
      expect(await readState()).toEqual(stored);
    });

    it('is followed by a router that ran all the time, by a new one, and by the autoscaler', async () => {
      await placed(await daemons.router('r2', access()), 'saved');
      // The other has been told of the later policy. Who comes to lead says which one it is.
      await startAutoscaler();
      await placed(router, 'saved');
      const [, , before] = stored as { generation: number }[];
      const [, , now] = (await readState()) as { generation: number }[];
      expect(now?.generation).toBeGreaterThan(before?.generation ?? Infinity);
      await applyPolicy('after');
      await placed(router, 'after');
      expect(await run('replay', '--from', '-10m', '--verify')).toMatch(/, 0 differ/);
    });

    it('begins anew from the policy alone, and nothing that runs has to be restarted', async () => {
      const policy = join(folder, 'shown.yaml');
      writeFileSync(policy, await run('policy', 'show'));
      await nats.lose();
      await nats.restore();
      await run('provision', '--replicas', `${nats.replicas}`, '--max-bytes', '100MB');
      await run('policy', 'apply', policy);
      await placed(router, 'after');
      await placed(await daemons.router('r3', access()), 'after');
      await until('the region is stored anew', LIMIT_MS, async () => (await readState())[1] !== undefined);
      expect(await run('policy', 'diff', policy)).toBe('');
    });
  });
});
