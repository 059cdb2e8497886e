import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { POLICY_KEY, SHADOW_POLICY_KEY, shadowPolicySchema } from '@spillway/contracts';
import { describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { spillway } from '../testing/spillway.js';
import { withBus } from '../with-bus.js';

describeWith(['nats-server'], 'spillway policy shadow, with a real nats-server', () => {
  let nats: StartedNats;
  const folder = mkdtempSync(join(tmpdir(), 'spillway-shadow-'));
  const path = join(folder, 'other.yaml');
  const shadow = (...args: string[]) => spillway('policy', 'shadow', ...args, '--nats', nats.url);
  const stored = (key: string) => withBus(nats.url, (bus) => bus.state.get(key));

  beforeAll(async () => {
    nats = await startNats();
    writeFileSync(path, 'revision: other\nregions: { us-east-1: {} }\ndefaultRegion: us-east-1\n');
  });
  afterAll(async () => {
    await nats.stop();
    rmSync(folder, { recursive: true });
  });

  it('says that there is none', async () => {
    const none = { exitCode: 0, out: 'no policy is tried beside the one in force\n', err: '' };
    expect(await shadow()).toEqual(none);
    expect(await shadow('--off')).toEqual(none);
    expect(await shadow()).toEqual(none);
  });

  it('puts one where routers find it, says so when asked, and takes it away; none is in force for that', async () => {
    const told = expect.stringMatching(/^"other" is tried on 2.5 % of requests, and answers none/);
    expect(await shadow(path, '--share', '0.025')).toEqual({ exitCode: 0, out: told, err: '' });
    expect(await shadow()).toEqual({ exitCode: 0, out: told, err: '' });
    const found = shadowPolicySchema.parse((await stored(SHADOW_POLICY_KEY))?.value);
    expect(found).toMatchObject({ share: 0.025, policy: { revision: 'other', threshold: 0.8 } });
    expect(await stored(POLICY_KEY)).toBeUndefined();
    await shadow('--off');
    expect((await shadow()).out).toBe('no policy is tried beside the one in force\n');
  });

  it('refuses what cannot be, and names it', async () => {
    for (const [args, exitCode, why] of [
      [[path, '--share', '0'], 2, 'It must be more than 0 and at most 1.'],
      [['--share', '0.5'], 2, '--share goes with a policy file'],
      [[path, '--off'], 2, '--off goes with nothing else'],
      [[join(folder, 'none.yaml')], 1, 'none.yaml is no policy'],
    ] as const) {
      expect(await shadow(...args)).toMatchObject({ exitCode, out: '', err: expect.stringContaining(why) });
    }
  });

  it('says so when what is stored is none to this version', async () => {
    await withBus(nats.url, async (bus) => {
      const before = await bus.state.get(SHADOW_POLICY_KEY);
      await bus.state.put(SHADOW_POLICY_KEY, { policy: 7 }, before?.revision);
    });
    expect(await shadow()).toMatchObject({
      exitCode: 1,
      err: 'spillway: the shadow policy cannot be read: put another in its place, or take it away with --off\n',
    });
    expect(await shadow('--off')).toMatchObject({ exitCode: 0 });
  });
});
