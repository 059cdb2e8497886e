import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allocate } from '@spillway/cli/turn-client';
import { describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { deriveNodeSecret, mintCredential, type TurnCredential } from '@spillway/turn';
import { Daemons, type Daemon } from '../nats/daemons.harness.js';
import { spillway } from '../nats/keyring.harness.js';
import { until } from '../until.js';
import { Callers, type Call } from './callers.harness.js';
import { Relay } from './relay.harness.js';

jest.setTimeout(180_000);

const OLD = 'the master secret that is replaced';
const NEW = 'the master secret that replaces it';
const REGION = 'eu-central-1';
const NODE = 'a1';
const BEFORE = { TURN_MASTER_SECRET: OLD };
const MEANWHILE = { TURN_MASTER_SECRET: NEW, TURN_MASTER_SECRET_PREVIOUS: OLD, TURN_MASTER_EPOCH: '2' };
const AFTER = { TURN_MASTER_SECRET: NEW };

/** The steps of docs/rotation.md, in its order. */
describeWith(
  ['nats-server', 'turnserver', 'turnadmin'],
  'replacing the master secret under constant calls',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-rotation-'));
    const daemons = new Daemons(folder);
    const routers = new Map<string, Daemon>();
    let nats: StartedNats;
    let relay: Relay;
    let callers: Callers;
    let kept: Call[] = [];

    const startRouter = async (id: string, secrets: Readonly<Record<string, string>>) => {
      const router = await daemons.router(id, { NATS_URL: nats.url }, secrets);
      await until(`${id} is ready`, 30_000, async () => router.isReady());
      routers.set(id, router);
    };
    /** One after the other, as a roll-out does. */
    const restartRouters = async (secrets: Readonly<Record<string, string>>) => {
      for (const id of ['r1', 'r2']) {
        const old = routers.get(id);
        routers.delete(id);
        old?.process.signal('SIGTERM');
        await old?.process.ended;
        await startRouter(id, secrets);
      }
    };
    const keep = async () => (kept = await Promise.all([1, 2, 3, 4, 5].map(() => callers.call())));
    /** Waits until so many more calls have gone well, or one has not. @returns what has not. */
    const moreCalls = async (count: number) => {
      const enough = callers.made + count;
      await until(
        `${count} more calls are made`,
        60_000,
        async () => callers.made >= enough || callers.failures.length > 0,
      );
      return callers.failures;
    };

    beforeAll(async () => {
      nats = await startNats();
      const policy = join(folder, 'policy.json');
      writeFileSync(
        policy,
        JSON.stringify({ revision: '1', regions: { [REGION]: {} }, defaultRegion: REGION }),
      );
      const applied = await spillway(['policy', 'apply', policy], { NATS_URL: nats.url });
      if (applied.exitCode !== 0) throw new Error(applied.output);
      relay = await Relay.start(folder, NODE, OLD);
      const turn = `turn:127.0.0.1:${relay.port}?transport=udp`;
      const env = {
        NODE_URLS: turn,
        STUN_CHECK: `127.0.0.1:${relay.port}`,
        SECRET_EPOCH_PATH: relay.epochFile,
      };
      await daemons.reporter(REGION, NODE, { NATS_URL: nats.url }, env);
      for (const id of ['r1', 'r2']) await startRouter(id, BEFORE);
      callers = new Callers(() => [...routers.values()]);
      await until('a call is made', 30_000, async () => {
        if (callers.made === 0) throw new Error(callers.failures.at(-1));
        return true;
      });
      callers.failures.splice(0);
    }, 120_000);
    afterAll(async () => {
      await callers.stop();
      await daemons.stop();
      await relay.stop();
      await nats.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('tells routers of both, one after the other', async () => {
      await keep();
      await restartRouters(MEANWHILE);
      expect(await moreCalls(20)).toEqual([]);
    });

    it('gives the node its new secret beside the old one, and has it said', async () => {
      await relay.addSecret(NEW, 2);
      expect(await moreCalls(10)).toEqual([]);
      relay.announce(2);
      await until('routers sign with the new secret', 20_000, async () => {
        const { credential, allocation } = await callers.call();
        await allocation.release();
        return isOf(deriveNodeSecret(NEW, NODE, 2), credential);
      });
      expect(await moreCalls(20)).toEqual([]);
    });

    it('takes the old secret away once nothing signed with it is valid any more', async () => {
      const [old] = kept;
      await relay.removeSecret(OLD, 1);
      expect(await moreCalls(20)).toEqual([]);
      // One that was signed with it, had it been kept, would not do any more; calls that run do not notice.
      await expect(
        allocate(old?.uri ?? '', old?.credential ?? { username: '', credential: '' }),
      ).rejects.toMatchObject({
        stunCode: 401,
      });
      for (const { allocation } of kept) {
        await allocation.permit('8.8.4.4');
        await allocation.release();
      }
    });

    it('has routers forget the old master', async () => {
      await restartRouters(AFTER);
      expect(await moreCalls(20)).toEqual([]);
      expect(relay.log).not.toMatch(/bad configuration format/i);
    });
  },
);

function isOf(secret: string, { username, credential }: TurnCredential): boolean {
  const [expiry = '', user = ''] = username.split(':');
  return mintCredential(secret, user, Number(expiry)).credential === credential;
}
