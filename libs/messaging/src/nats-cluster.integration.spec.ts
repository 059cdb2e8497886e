import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { DEFAULT_RETENTION, LOG_STREAM } from '@spillway/contracts';
import { describeWith, startNatsCluster, type StartedNatsCluster } from '@spillway/testkit';
import { issued, Witness } from './conformance/events.js';
import { record } from './conformance/following.js';
import { until } from './conformance/harness.js';
import { asAdmin } from './conformance/nats-admin.js';
import { NatsBus } from './nats-bus.js';

// A cluster takes some seconds to elect a leader, at the start and after each loss.
jest.setTimeout(120_000);

describeWith(['nats-server'], 'NatsBus on a cluster of three', () => {
  let cluster: StartedNatsCluster;
  let bus: NatsBus;
  beforeEach(async () => {
    cluster = await startNatsCluster(3);
    bus = NatsBus.connect({ servers: cluster.urls, name: 'router' });
  });
  afterEach(async () => {
    await bus.close();
    await cluster.stop();
  });

  it('records and shows every message once when the leader of the log is killed', async () => {
    await bus.provision({ ...DEFAULT_RETENTION, replicas: 3 });
    const witness = new Witness();
    await bus.follow(witness, { issuedWindowSeconds: 30 });
    const [before, during, after] = [20, 20, 20];
    for (let batch = 1; batch <= before; batch++) await record(bus, issued('r', batch));
    await until(() => witness.entries.length === before);

    const leader = await asAdmin(
      cluster.urls,
      async ({ streams }) => (await streams.info(LOG_STREAM)).cluster?.leader,
    );
    await cluster.servers.get(leader ?? '')?.kill();
    for (let batch = before + 1; batch <= before + during; batch++) await record(bus, issued('r', batch));
    await cluster.servers.get(leader ?? '')?.restart();
    for (let batch = before + during + 1; batch <= before + during + after; batch++) {
      await record(bus, issued('r', batch));
    }
    await until(() => witness.entries.length === before + during + after);
    expect(witness.story.filter((name) => name !== 'caught-up')).toEqual(
      Array.from({ length: before + during + after }, (_, index) => `r#${index + 1}`),
    );
    expect(witness.gaps).toEqual([]);
  });
});
