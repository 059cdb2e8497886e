import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { LOG_STREAM } from '@spillway/contracts';
import { describeWith, type StartedNats } from '@spillway/testkit';
import { RestartedFleet } from './fleet.harness.js';
import { Requests, type Tally } from './requests.harness.js';

jest.setTimeout(120_000);

const ROUTERS = ['r1', 'r2'] as const;
const AUTOSCALERS = ['s1', 's2'] as const;
const NODES = ['a1', 'a2', 'a3'] as const;
/** Killed at the beginning: nothing that is restarted may take what the log has of it for life. */
const DEAD = 'a4';
/** It is not there, or not ready yet. Nothing that it had begun to answer is cut off. */
const EXPECTED = new Set(['ECONNREFUSED', 'Error: 503 not-ready']);

/** The steps of docs/upgrade.md. */
describeWith(['nats-server'], 'restarting every process in turn under constant requests', () => {
  let fleet: RestartedFleet;
  let requests: Requests;

  beforeAll(async () => {
    fleet = await RestartedFleet.create();
    const [urls] = await Promise.all([
      Promise.all(ROUTERS.map((id) => fleet.addRouter(id))),
      ...AUTOSCALERS.map((id) => fleet.addAutoscaler(id)),
      ...[...NODES, DEAD].map((node) => fleet.addReporter(node)),
    ]);
    const [one = '', other = ''] = urls;
    requests = new Requests([one, other]);
    for (const node of [...NODES, DEAD]) await fleet.untilSeen(ROUTERS, node, true);
    await fleet.end(DEAD, 'SIGKILL');
    await fleet.untilSeen(ROUTERS, DEAD, false);
    requests.lose(DEAD);
    requests.start('before');
    await requests.more(50);
  });
  afterAll(async () => {
    await requests?.stop();
    await fleet?.stop();
    report(requests?.tallies ?? []);
  });

  /** Since the last beginning. */
  const retries = () => requests.tallies.at(-1)?.retries ?? new Map<string, number>();
  const faults = () => requests.tallies.flatMap(({ failures, lostNamed }) => [...failures, ...lostNamed]);

  it.each(ROUTERS)('router %s: what it does not answer any more, the other does', async (router) => {
    requests.begin(`router ${router}`);
    expect(await fleet.end(router, 'SIGTERM')).toMatchObject({ exitCode: 0 });
    await requests.more(50);
    await fleet.startAgain(router);
    await requests.more(50);
    expect([...retries().keys()].filter((reason) => !EXPECTED.has(reason))).toEqual([]);
    expect(faults()).toEqual([]);
  });

  it.each(AUTOSCALERS)('autoscaler %s: nobody notices', async (autoscaler) => {
    requests.begin(`autoscaler ${autoscaler}`);
    expect(await fleet.end(autoscaler, 'SIGTERM')).toMatchObject({ exitCode: 0 });
    await fleet.startAgain(autoscaler);
    await requests.more(50);
    expect([...retries(), ...faults()]).toEqual([]);
  });

  it.each(NODES)('reporter %s: its node is named no more as soon as it has said so', async (node) => {
    requests.begin(`reporter ${node}`);
    expect(await fleet.end(node, 'SIGTERM')).toMatchObject({ exitCode: 0 });
    await fleet.untilSeen(ROUTERS, node, false);
    requests.lose(node);
    await requests.more(50);
    requests.find(node);
    await fleet.startAgain(node);
    await requests.untilNamed(node);
    expect([...retries(), ...faults()]).toEqual([]);
  });

  it('each NATS server, the one that leads the log first: routers answer from memory', async () => {
    const first = (await fleet.nats.leaderOf(LOG_STREAM)) ?? '';
    const names = [first, ...[...fleet.nats.servers.keys()].filter((name) => name !== first)];
    for (const [index, name] of names.entries()) {
      const signal = index === 0 ? 'SIGUSR2' : 'SIGTERM';
      requests.begin(`NATS ${name}, ${signal}`);
      const server = fleet.nats.servers.get(name) as StartedNats;
      await server.end(signal);
      await server.restart();
      await fleet.nats.rejoin(name);
      await fleet.untilWell(ROUTERS, NODES);
      await requests.more(50);
      expect([...retries(), ...faults()]).toEqual([]);
    }
  }, 180_000);
});

function report(tallies: readonly Tally[]): void {
  const lines = tallies.map(({ what, fromMs, answered, retries, failures, lostNamed }, index) => {
    const seconds = ((tallies[index + 1]?.fromMs ?? performance.now()) - fromMs) / 1000;
    const again = [...retries].map(([reason, count]) => `${count} ${reason}`).join(', ') || 'none';
    const counts = `${answered} answered, retries: ${again}, failed: ${failures.length}, lost nodes named: ${lostNamed.length}`;
    return `  ${what.padEnd(20)} ${seconds.toFixed(1).padStart(5)} s, ${counts}\n`;
  });
  process.stdout.write(`rolling restart:\n${lines.join('')}`);
}
