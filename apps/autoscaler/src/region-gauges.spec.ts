import { afterEach, describe, expect, it } from '@jest/globals';
import { regionControlKey } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aScaledPolicy, REGION, startLeader, type TestAutoscaler } from './testing/autoscaler.harness.js';
import { announce } from './testing/log.harness.js';
import { aControl } from './testing/scripted-loop.harness.js';

describe('the metrics of an autoscaler that leads', () => {
  let leader: TestAutoscaler | undefined;
  afterEach(() => leader?.stop());

  it('count from zero what may fail, so that the first failure is an increase', async () => {
    const bus = new MemoryBus();
    await bus.provision();
    await announce(bus, aScaledPolicy());
    await bus.state.put(regionControlKey(REGION), aControl({ failedBoots: 2 }), undefined);
    leader = await startLeader({ bus });
    expect(await leader.metric(`spillway_autoscaler_plans_failed_total{region="${REGION}"}`)).toBe(0);
    expect(await leader.metric(`spillway_region_failed_boots{region="${REGION}"}`)).toBe(2);
  });

  it('tell how far behind the log they are', async () => {
    const bus = new MemoryBus();
    await bus.provision();
    await announce(bus, aScaledPolicy());
    leader = await startLeader({ bus });
    expect(await leader.metric('spillway_log_lag_seconds')).toBeLessThan(10);
    expect(await leader.metric('spillway_log_silence_seconds')).toBeGreaterThan(0);
  });
});
