import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { NatsBus } from '@spillway/messaging';
import { ControlLoop } from '@spillway/scaling';
import { aHeartbeat, describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { MemoryCloud } from './providers/memory-provider.harness.js';
import {
  aScaledPolicy,
  REGION,
  startTestAutoscaler,
  type TestAutoscaler,
} from './testing/autoscaler.harness.js';
import { announce, HeardLog, say } from './testing/log.harness.js';
import { until } from './testing/until.harness.js';

const BEAT_MS = 500;

describeWith(['nats-server'], 'the control loop in its process', () => {
  let nats: StartedNats;
  let bus: NatsBus;
  let autoscaler: TestAutoscaler | undefined;
  let beating: NodeJS.Timeout | undefined;

  beforeEach(async () => {
    nats = await startNats();
    bus = NatsBus.connect({ servers: nats.url, name: 'spec' });
    await bus.provision();
  });
  afterEach(async () => {
    clearInterval(beating);
    await autoscaler?.stop();
    await bus.close();
    await nats.stop();
  });

  it('says that a full region is overloaded, prices it and grows it by one, once', async () => {
    const cloud = new MemoryCloud();
    const settings = { stabilizationUpSeconds: 0, coolDownSeconds: 3600, stepUp: 1 };
    await announce(bus, aScaledPolicy(settings, { overload: { dwellSeconds: 1, leave: 0.7 } }));
    const heard = await HeardLog.of(bus);
    let seq = 0;
    const beat = () => {
      const load = { egressBps: 950_000_000, ingressBps: 950_000_000 };
      void say(bus, aHeartbeat({ region: REGION, intervalMs: BEAT_MS, seq: ++seq, load }));
    };
    beating = setInterval(beat, BEAT_MS);
    const connected = NatsBus.connect({ servers: nats.url, name: 'autoscaler' });
    const createLoop = (fleet: ConstructorParameters<typeof ControlLoop>[0]) => new ControlLoop(fleet);
    autoscaler = await startTestAutoscaler({ bus: connected, cloud, createLoop });
    await until(() => heard.of('overload').length > 0);
    expect(heard.of('overload')[0]?.overload).toMatchObject({ state: 'entered', utilization: 0.95 });
    await until(() => heard.plans(REGION).some(({ outcome }) => outcome === 'done'));
    const plan = heard.plans(REGION).find(({ outcome }) => outcome === 'done');
    expect(plan).toMatchObject({ revision: 1, parentRevision: null, current: 0, desired: 1 });
    expect(plan?.reasons.some(({ step, isTaken }) => step === 'grow' && isTaken)).toBe(true);
    const spillovers = () => heard.of('spillover').map(({ spillover }) => spillover);
    await until(() => (spillovers().at(-1)?.priceMs ?? 0) > 1_000);
    await until(() => spillovers().length >= 3);
    expect(cloud.started(REGION)).toBe(1);
  });
});
