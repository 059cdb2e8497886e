import { describe, expect, it } from '@jest/globals';
import type { ProviderPolicy } from '@spillway/contracts';
import { MemoryCloud, MemoryProvider } from '../providers/memory-provider.harness.js';
import { ProviderError } from '../providers/provider-error.js';
import { recordingLogger } from '../testing/loggers.harness.js';
import { until } from '../testing/until.harness.js';
import { Inventories } from './inventories.js';

const REGION = 'eu';

function aStage() {
  let nowMs = 0;
  const cloud = new MemoryCloud();
  const provider = new MemoryProvider(cloud);
  const logger = recordingLogger();
  const inventories = new Inventories(provider, logger, () => nowMs);
  const { signal } = new AbortController();
  const refresh = (settings: ProviderPolicy = { kind: 'process' }) =>
    inventories.refresh({ region: REGION, settings, fence: { generation: 1, revision: 1 } }, signal);
  const known = () => inventories.current([REGION]).get(REGION)?.instances.length;
  const pass = (ms: number) => void (nowMs += ms);
  return { cloud, provider, logger, inventories, refresh, known, pass };
}

const unavailable = new ProviderError('unavailable', 'The cloud is away', 'Wait');

describe('an inventory', () => {
  it('is unknown until the provider has told it', async () => {
    const { cloud, refresh, known } = aStage();
    cloud.start(REGION);
    expect(known()).toBeUndefined();
    refresh();
    expect(known()).toBeUndefined();
    await until(() => known() === 1);
  });

  it('is asked for again after five seconds, not before', async () => {
    const { cloud, provider, refresh, known, pass } = aStage();
    refresh();
    await until(() => known() === 0);
    cloud.start(REGION);
    pass(4_999);
    refresh();
    expect(provider.calls).toHaveLength(1);
    pass(1);
    refresh();
    await until(() => known() === 1);
  });

  it('is unknown once the provider has failed, which is said once', async () => {
    const { provider, refresh, known, pass, logger, inventories } = aStage();
    refresh();
    await until(() => known() === 0);
    provider.failWith(unavailable);
    for (let n = 0; n < 3; n++) {
      pass(5_000);
      refresh();
      await until(() => known() === undefined);
    }
    expect(inventories.unknown).toEqual([REGION]);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]?.text).toContain('The cloud is away');
  });

  it('is not believed any more when the provider takes too long to tell the next', async () => {
    const { provider, refresh, known, pass } = aStage();
    refresh();
    await until(() => known() === 0);
    provider.hang();
    pass(5_000);
    refresh();
    expect(known()).toBe(0);
    pass(15_000);
    expect(known()).toBeUndefined();
  });

  it('that a provider does not tell however often it is asked is said to be unknown, also while it is asked', async () => {
    const { provider, refresh, pass, inventories } = aStage();
    provider.failWith(unavailable);
    refresh();
    expect(inventories.unknown).toEqual([]);
    await until(() => inventories.unknown.length === 1);
    provider.hang();
    pass(5_000);
    refresh();
    expect(inventories.unknown).toEqual([REGION]);
  });

  it('that was being told while something was done there does not count', async () => {
    const { provider, cloud, refresh, known, inventories } = aStage();
    const told = provider.inventory.bind(provider);
    let answer = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    provider.inventory = async (...args) => {
      const inventory = await told(...args);
      await held;
      return inventory;
    };
    refresh();
    cloud.start(REGION);
    inventories.invalidate(REGION);
    answer();
    provider.inventory = told;
    refresh();
    await until(() => known() !== undefined);
    expect(known()).toBe(1);
  });

  it('of other settings is another one', async () => {
    const { refresh, known } = aStage();
    refresh();
    await until(() => known() === 0);
    refresh({ kind: 'process' });
    expect(known()).toBe(0);
    refresh({ kind: 'webhook', url: 'https://example.org' });
    expect(known()).toBeUndefined();
  });
});
