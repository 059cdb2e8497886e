import { afterEach, describe, expect, it } from '@jest/globals';
import { POLICY_KEY, POLICY_SUBJECT } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import { aFleet } from '../testing/fleet.harness.js';
import { recordingLogger } from '../testing/loggers.harness.js';
import { announce, publishHeartbeat } from '../testing/log.harness.js';
import { startTestRouter, type TestRouter } from '../testing/router.harness.js';
import { until } from '../testing/until.harness.js';

let router: TestRouter;
afterEach(() => router.stop());

const isReady = async () => (await router.fetch('/readyz')).status === 200;
const revision = () => router.view.fleet.policy?.revision;

async function withBus(): Promise<MemoryBus> {
  const bus = new MemoryBus();
  await bus.provision();
  return bus;
}

describe('a router whose log has no policy any more', () => {
  it('takes the one that was stored', async () => {
    const bus = await withBus();
    await bus.state.put(POLICY_KEY, aPolicy({ revision: 'stored' }), undefined);
    for (const heartbeat of aFleet()) publishHeartbeat(bus, heartbeat);
    router = await startTestRouter({ bus });
    await until(isReady);
    expect(revision()).toBe('stored');
    expect((await router.ask()).status).toBe(200);
  });

  it('prefers the one on the log', async () => {
    const bus = await withBus();
    await bus.state.put(POLICY_KEY, aPolicy({ revision: 'stored' }), undefined);
    await announce(bus, aPolicy({ revision: 'announced' }), aFleet());
    router = await startTestRouter({ bus });
    await until(isReady);
    expect(revision()).toBe('announced');
  });

  it('says so where there is none at all, and is ready as soon as one comes', async () => {
    const bus = await withBus();
    const logger = recordingLogger();
    router = await startTestRouter({ bus, logger });
    await until(() => logger.lines.some(({ text }) => text.includes('spillway policy apply')));
    expect(await isReady()).toBe(false);
    await announce(bus, aPolicy(), []);
    await until(isReady);
  });

  it('is ready as soon as one comes although what was stored is no policy', async () => {
    const bus = await withBus();
    const logger = recordingLogger();
    const stored = await bus.state.put(POLICY_KEY, { regions: 'none' }, undefined);
    router = await startTestRouter({ bus, logger });
    const complaints = () => logger.lines.filter(({ text }) => text.includes('could not be read'));
    await until(() => complaints().length > 0);
    expect(await isReady()).toBe(false);
    await bus.state.put(POLICY_KEY, aPolicy({ revision: 'repaired' }), stored);
    await until(isReady);
    expect(revision()).toBe('repaired');
    expect(complaints()).toHaveLength(1);
  });
});

describe('what the log brings', () => {
  it('is counted by what became of it', async () => {
    const bus = await withBus();
    await announce(bus, aPolicy(), aFleet());
    router = await startTestRouter({ bus });
    await until(isReady);
    const heartbeat = aHeartbeat({ nodeId: 'us-east-1-1', seq: 1 });
    publishHeartbeat(bus, heartbeat);
    publishHeartbeat(bus, { ...heartbeat, region: 'mars-1', nodeId: 'm' });
    bus.publish(POLICY_SUBJECT, { policy: 'none' });
    await until(
      async () => (await router.metric('spillway_log_rejected_total{reason="invalid-payload"}')) === 1,
    );
    const count = (outcome: string) => router.metric(`spillway_log_entries_total{outcome="${outcome}"}`);
    expect(await count('old-sequence')).toBe(1);
    expect(await count('unknown-region')).toBe(1);
    expect(await count('applied')).toBe(4);
  });

  it('is told when a part of it was gone before it was read', async () => {
    const bus = await withBus();
    const logger = recordingLogger();
    await announce(bus, aPolicy(), aFleet());
    router = await startTestRouter({ bus, logger });
    await until(isReady);
    const other = new MemoryBus(bus.log);
    bus.dropLink();
    for (let seq = 2; seq < 30; seq++) publishHeartbeat(other, aHeartbeat({ nodeId: 'late', seq }));
    bus.log.purgeUpTo((bus.log.stream?.lastPosition ?? 0) - 5);
    await announce(other, aPolicy({ revision: 'after' }), []);
    bus.restoreLink();
    await until(async () => (await router.metric('spillway_log_gaps_total{cause="retention"}')) === 1);
    await until(() => revision() === 'after');
    expect(logger.lines.some(({ text }) => /^Positions \d+ to \d+ are gone/.test(text))).toBe(true);
    expect(await isReady()).toBe(true);
  });
});
