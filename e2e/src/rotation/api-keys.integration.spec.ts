import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { Daemons, type Daemon } from '../nats/daemons.harness.js';
import { spillway } from '../nats/keyring.harness.js';
import { until } from '../until.js';

jest.setTimeout(120_000);

const REGION = 'eu-central-1';
const ASK_MS = 50;

/** The steps of docs/rotation.md, in its order. */
describeWith(['nats-server'], 'replacing an API key under constant requests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-api-keys-'));
  const file = join(folder, 'keys.json');
  const daemons = new Daemons(folder);
  const routers = new Map<string, Daemon>();
  const failures: string[] = [];
  const over = new AbortController();
  let nats: StartedNats;
  let key = 'the-old-key';
  let answered = 0;
  let asking: Promise<void> | undefined;

  const write = (...keys: string[]) => {
    const entries = keys.map((each, i) => {
      const sha256 = createHash('sha256').update(each).digest('hex');
      return { name: `signaling-${i}`, sha256, scopes: ['issue', 'on-behalf'] };
    });
    writeFileSync(file, JSON.stringify(entries));
  };
  const restartRouters = async () => {
    for (const id of ['r1', 'r2']) {
      const old = routers.get(id);
      routers.delete(id);
      old?.process.signal('SIGTERM');
      await old?.process.ended;
      const router = await daemons.router(id, { NATS_URL: nats.url }, { API_KEYS_FILE: file });
      await until(`${id} is ready`, 30_000, async () => router.isReady());
      routers.set(id, router);
    }
  };
  const statusOf = async (router: Daemon, bearer: string) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    return (await fetch(`${router.url}/v1/ice-servers`, { method: 'POST', headers, body: '{}' })).status;
  };
  /** Of any router that can be reached. */
  const ask = async () => {
    for (const router of routers.values()) {
      const status = await statusOf(router, key).catch(() => 'unreachable');
      if (status === 200) return answered++;
      if (status !== 'unreachable') return failures.push(`${status}`);
    }
    return failures.push('no router is there');
  };
  const moreAnswers = async (count: number) => {
    const enough = answered + count;
    await until(`${count} more answers`, 30_000, async () => answered >= enough || failures.length > 0);
    return failures;
  };

  beforeAll(async () => {
    nats = await startNats();
    const policy = join(folder, 'policy.json');
    writeFileSync(
      policy,
      JSON.stringify({ revision: '1', regions: { [REGION]: {} }, defaultRegion: REGION }),
    );
    await spillway(['policy', 'apply', policy], { NATS_URL: nats.url });
    write(key);
    await daemons.reporter(REGION, 'a1', { NATS_URL: nats.url });
    await restartRouters();
    await until(
      'a node serves',
      30_000,
      async () => (await statusOf([...routers.values()][0] as Daemon, key)) === 200,
    );
    asking = (async () => {
      while (!over.signal.aborted) await Promise.all([ask(), sleep(ASK_MS)]);
    })();
  }, 120_000);
  afterAll(async () => {
    over.abort();
    await asking;
    await daemons.stop();
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes both for a while, then the new one alone, and refuses nobody meanwhile', async () => {
    write('the-old-key', 'the-new-key');
    await restartRouters();
    expect(await moreAnswers(20)).toEqual([]);
    key = 'the-new-key';
    expect(await moreAnswers(20)).toEqual([]);
    write('the-new-key');
    await restartRouters();
    expect(await moreAnswers(20)).toEqual([]);
    for (const router of routers.values()) expect(await statusOf(router, 'the-old-key')).toBe(401);
  });
});
