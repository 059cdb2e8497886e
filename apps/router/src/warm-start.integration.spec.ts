import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DEFAULT_RETENTION, POLICY_KEY, regionControlKey, type LogEntry } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { aPolicy, describeWith, startNats, type StartedNats } from '@spillway/testkit';
import type { RegionsReport } from './fleet/fleet-report.js';
import { aControl } from './testing/control.harness.js';
import { aFleet } from './testing/fleet.harness.js';
import { bearer } from './testing/keys.harness.js';
import { announce, publishHeartbeat } from './testing/log.harness.js';
import { startTestRouter } from './testing/router.harness.js';
import { until } from './testing/until.harness.js';

const REGION = 'us-east-1';

describeWith(['nats-server'], 'a router whose log retention has emptied, with a real nats-server', () => {
  let nats: StartedNats;
  let bus: NatsBus;
  const policy = aPolicy({ strategy: 'priced', revision: 'stored' });
  const fleet = aFleet({ load: { cpu: 0.79 } });

  beforeAll(async () => {
    nats = await startNats();
    bus = NatsBus.connect({ servers: nats.url, name: 'spec' });
    await bus.provision();
    await announce(bus, policy, fleet);
    await bus.state.put(POLICY_KEY, policy, undefined);
    await bus.state.put(regionControlKey(REGION), aControl({ atMs: Date.now() }), undefined);
    await bus.provision({ ...DEFAULT_RETENTION, maxAgeSeconds: 1 });
    await until(async () => (await entriesOnLog()) === 0);
    await bus.provision(DEFAULT_RETENTION);
  });
  afterAll(async () => {
    await bus.close();
    await nats.stop();
  });

  async function entriesOnLog(): Promise<number> {
    const entries: LogEntry[] = [];
    const following = await bus.follow({ onEntry: (entry) => void entries.push(entry) });
    await following.stop();
    return entries.length;
  }

  it('has the policy and the prices back before an autoscaler says a word', async () => {
    const router = await startTestRouter({ bus: NatsBus.connect({ servers: nats.url, name: 'router' }) });
    for (const heartbeat of fleet) publishHeartbeat(bus, heartbeat);
    const region = async () => {
      const response = await router.fetch('/v1/regions', { headers: { authorization: bearer('operator') } });
      const { regions } = (await response.json()) as RegionsReport;
      return regions.find(({ region }) => region === REGION);
    };
    await until(async () => ((await region())?.priceMs ?? 0) >= 60);
    expect(await region()).toMatchObject({ utilization: 0.79, demand: 1.2, usableNodes: 1 });
    expect(router.view.fleet.regions.get(REGION)?.unit).toEqual({ kbps: 50, allocations: 0.25 });
    expect(await router.metric(`spillway_region_price_integral_ms{region="${REGION}"}`)).toBe(60);
    await router.stop();
  });
});
