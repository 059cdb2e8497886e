import { afterEach, describe, expect, it } from '@jest/globals';
import { POLICY_KEY } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit';
import {
  aScaledPolicy,
  REGION,
  startTestAutoscaler,
  type TestAutoscaler,
} from '../testing/autoscaler.harness.js';
import { announce, HeardLog, say } from '../testing/log.harness.js';
import { until } from '../testing/until.harness.js';

let autoscaler: TestAutoscaler;
afterEach(() => autoscaler.stop());

describe('an autoscaler without a policy', () => {
  it('is not ready and says so, and controls as soon as there is one', async () => {
    const bus = new MemoryBus();
    autoscaler = await startTestAutoscaler({ bus });
    await until(async () =>
      (await autoscaler.readiness()).checks['view']?.detail.includes('spillway policy apply'),
    );
    expect((await autoscaler.readiness()).ready).toBe(false);
    await announce(bus, aScaledPolicy(), [aHeartbeat({ region: REGION })]);
    await until(() => autoscaler.isLeading());
    expect((await autoscaler.readiness()).ready).toBe(true);
    await say(bus, aHeartbeat({ region: REGION, seq: 2 }));
    await until(() => autoscaler.loop.observed.some(({ event }) => event.kind === 'heartbeat'));
  });

  it('takes one that was stored and not announced, and announces it', async () => {
    const bus = new MemoryBus();
    autoscaler = await startTestAutoscaler({ bus });
    await until(async () => (await autoscaler.readiness()).checks['view']?.detail.includes('no policy'));
    const heard = await HeardLog.of(bus);
    await bus.state.put(POLICY_KEY, aScaledPolicy(), undefined);
    await until(() => autoscaler.isLeading());
    expect(heard.of('policy').at(-1)?.policy).toEqual(aScaledPolicy());
  });
});
