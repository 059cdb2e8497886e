import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { FRANKFURT, LogStage, T0 } from './a-log.harness.js';
import { findById } from './find-by-id.js';
import { findByNode } from './find-by-node.js';
import { findByUsername, parseUsername } from './find-by-username.js';

/** As a router writes it. */
const usernameAt = (ms: number, ttlSeconds: number, user = 'alice') => ({
  expiresAtSeconds: Math.floor(ms / 1000) + ttlSeconds,
  user,
});

describe('A TURN user name', () => {
  const policy = aPolicy({
    ttlSeconds: { default: 600, min: 60, max: 3_600 },
    tenants: { acme: { keys: [], ttlSeconds: { default: 120 } } },
  });

  it('leads to the decision that is a usual lifetime before its expiry, of several for the user', async () => {
    const stage = new LogStage().policy(policy).beat();
    const ids: string[] = [];
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      stage.beatFor(60);
      times.push(stage.now);
      ids.push(stage.decide('alice'));
      stage.decide('bob');
    }
    for (const [i, id] of ids.entries()) {
      const found = await findByUsername(stage.searched, usernameAt(times[i] ?? 0, 600));
      expect([found.best?.record.id, found.isExact]).toEqual([id, true]);
      expect(found.count).toBe(5);
      expect(found.decisions[0]?.record.id).toBe(ids[4]);
    }
  });

  it("goes by the tenant's lifetime where it has one", async () => {
    const stage = new LogStage().policy(policy).beat();
    const [madeAt, id] = [stage.now, stage.decide('alice', { ...FRANKFURT, tenant: 'acme' })];
    stage.beatFor(300);
    const found = await findByUsername(stage.searched, usernameAt(madeAt, 120));
    expect(found).toMatchObject({ isExact: true, best: { record: { id } } });
  });

  it('leads to the last one possible when the request asked for another lifetime, and says so', async () => {
    const stage = new LogStage().policy(policy).beat();
    const [madeAt, id] = [stage.now, stage.decide('alice')];
    const found = await findByUsername(stage.searched, usernameAt(madeAt, 1_800));
    expect(found).toMatchObject({ isExact: false, best: { record: { id } } });
  });

  it('leads to the decision itself where the request named no user', async () => {
    const stage = new LogStage().policy(policy).beat();
    const id = stage.decide();
    const found = await findByUsername(stage.searched, usernameAt(stage.now, 600, id));
    expect(found.best?.record.id).toBe(id);
  });

  it('leads nowhere when nobody of this name was served before the expiry', async () => {
    const stage = new LogStage().policy(policy).beatFor(60);
    stage.decide('alice');
    expect(await findByUsername(stage.searched, usernameAt(stage.now, 600, 'mallory'))).toMatchObject({
      best: undefined,
      count: 0,
      searched: 1,
      beginsLateMs: null,
    });
    expect((await findByUsername(stage.searched, usernameAt(T0 - 900_000, 600))).best).toBeUndefined();
  });

  it.each(['alice', '12:alice', '1795342200:', '1795342200:al ice', '1795342200'])('is not %j', (text) => {
    expect(parseUsername(text)).toBeUndefined();
  });
});

describe("A decision's id", () => {
  it('leads to the decision, wherever on the log', async () => {
    const stage = new LogStage().policy().beat();
    const ids = Array.from({ length: 40 }, () => stage.beatFor(2).decide());
    for (const id of ids) expect((await findById(stage.searched, id)).decision?.record.id).toBe(id);
  });

  it('leads nowhere when it was not told, is before the log, or of another run', async () => {
    const stage = new LogStage().policy().beatFor(10);
    const early = stage.decide();
    stage.beatFor(10).decide();
    expect(await findById(stage.searched, 'r1-boot-zz')).toMatchObject({ why: 'not-told' });
    expect(await findById(stage.searched, 'r1-other-0')).toMatchObject({ why: 'unknown-run' });
    expect(await findById(stage.searched, 'nobody')).toMatchObject({ why: 'unknown-run', beginsAtMs: T0 });
    stage.log.purgeUpTo(22);
    expect(await findById(stage.searched, early)).toMatchObject({
      why: 'before-log',
      beginsAtMs: T0 + 12_000,
    });
  });
});

describe('A node and a time', () => {
  it('lead to those who were sent there then, the nearest to it first among equals', async () => {
    const stage = new LogStage().policy().beat();
    const made = Array.from({ length: 30 }, () => {
      stage.beatFor(10);
      return { at: stage.now, id: stage.decide() };
    });
    const wanted = made[12];
    const all = await findByNode(stage.searched, { node: 'eu1', atMs: T0, withinMs: 1e9 });
    const both = await findByNode(stage.searched, { node: 'eu2', atMs: T0, withinMs: 1e9 });
    expect(all.count + both.count).toBe(30);
    const node = all.decisions.some(({ record }) => record.id === wanted?.id) ? 'eu1' : 'eu2';
    const found = await findByNode(stage.searched, { node, atMs: (wanted?.at ?? 0) + 900, withinMs: 30_000 });
    expect(found.best?.record.id).toBe(wanted?.id);
    expect(found.count).toBeLessThanOrEqual(6);
  });
});
