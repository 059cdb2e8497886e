import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { NatsBus } from '@spillway/messaging';
import { aPolicy, describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { aFleet } from './testing/fleet.harness.js';
import { connectIceClient } from './testing/grpc.harness.js';
import { announce } from './testing/log.harness.js';
import {
  runRouterToItsEnd,
  startRouterProcess,
  type RouterProcess,
} from './testing/router-process.harness.js';
import { until } from './testing/until.harness.js';

jest.setTimeout(60_000);

describeWith(['nats-server'], 'a router of several processes', () => {
  let nats: StartedNats;
  let bus: NatsBus;
  let router: RouterProcess;
  beforeAll(async () => {
    nats = await startNats();
    bus = NatsBus.connect({ servers: nats.url, name: 'spec' });
    await bus.provision();
    await announce(bus, aPolicy(), aFleet());
    router = await startRouterProcess(nats.url, { ROUTER_PROCESSES: '2' });
    await until(async () => (await namesAnswering()).size === 2);
  });
  afterAll(async () => {
    await router?.kill();
    await bus?.close();
    await nats?.stop();
  });

  /** Who answers a few requests, each on a connection of its own: a decision bears its router's name. */
  async function namesAnswering(): Promise<Set<string>> {
    const ask = () => router.ask({}, { connection: 'close' }).catch(() => undefined);
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    return new Set(answers.flatMap((answer) => (answer ? [nameIn(answer.placement.decisionId)] : ['none'])));
  }
  const nameIn = (decisionId: string) => /^router-1-\d/.exec(decisionId)?.[0] ?? decisionId;

  const pidOf = async (process: number): Promise<number> => {
    const lines = router.lines().filter(({ message }) => message.startsWith('HTTP on')) as { pid?: number }[];
    const pids = [...new Set(lines.flatMap(({ pid }) => (pid === undefined ? [] : [pid])))];
    return pids[process] ?? 0;
  };

  it('answers with each of them, on one port for HTTP and one for gRPC', async () => {
    expect(await namesAnswering()).toEqual(new Set(['router-1-1', 'router-1-2']));
    const names = new Set<string>();
    await until(async () => {
      const ice = connectIceClient(router.grpcAddress);
      names.add(nameIn((await ice.ask({})).placement.decisionId));
      ice.close();
      return names.size === 2;
    });
  });

  it('tells the metrics of all, whoever is asked', async () => {
    const text = await (await router.get('/metrics')).text();
    for (const process of ['1', '2']) {
      expect(text).toMatch(new RegExp(`^spillway_requests_total\\{.*process="${process}".*\\} [1-9]`, 'm'));
      expect(text).toMatch(new RegExp(`^process_resident_memory_bytes\\{process="${process}"\\} `, 'm'));
    }
    expect(text.match(/^# TYPE spillway_requests_total /gm)).toHaveLength(1);
  });

  it('starts one anew that was killed, and answers on meanwhile', async () => {
    process.kill(await pidOf(0), 'SIGKILL');
    await until(() => router.lines().some(({ message }) => message.includes('is started anew')));
    await router.ask({}, { connection: 'close' });
    let names = new Set<string>();
    await until(async () => (names = await namesAnswering()).size === 2 && !names.has('none'));
    expect(names).toEqual(new Set(['router-1-1', 'router-1-2']));
  });

  it('ends in good order, all that it decided told', async () => {
    const [one, another] = await Promise.all([router.ask(), router.ask()]);
    expect(await router.terminate()).toBe(0);
    const told: string[] = [];
    for await (const { entries } of (await bus.readLog({})).batches()) {
      for (const { event } of entries) {
        if (event.kind === 'issued') told.push(...event.issued.decisions.map(({ id }) => id));
      }
    }
    expect(told).toEqual(expect.arrayContaining([one.placement.decisionId, another.placement.decisionId]));
  });

  it('ends with status 1 and the reason when its processes cannot start', async () => {
    const busy = await startRouterProcess(nats.url);
    const { exitCode, output } = await runRouterToItsEnd({
      NATS_URL: nats.url,
      HTTP_PORT: `${busy.port}`,
      ROUTER_PROCESSES: '2',
    });
    await busy.kill();
    expect(exitCode).toBe(1);
    expect(output).toContain('HTTP_PORT');
    expect(output).toContain('could not be started');
  });
});
