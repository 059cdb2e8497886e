import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:net';
import { NatsBus } from '@spillway/messaging';
import { createLogger, loadConfig, runShutdown, shutDownOnSignal } from '@spillway/runtime';
import {
  describeWith,
  freePort,
  holdAllocations,
  startCoturn,
  startNats,
  type StartedCoturn,
  type StartedNats,
} from '@spillway/testkit';
import { reporterConfigSchema } from './config.js';
import { startReporter, type StartedReporter } from './start-reporter.js';
import { startHttpServer } from './testing/http-server.js';
import { hearHeartbeats, type HeardHeartbeats } from './testing/heard-heartbeats.js';

jest.setTimeout(30_000);

const logger = createLogger('error');

describeWith(['nats-server', 'turnserver', 'turnutils_uclient'], 'a reporter beside a real coturn', () => {
  let nats: StartedNats;
  let coturn: StartedCoturn;
  let observer: NatsBus;
  let heard: HeardHeartbeats;
  const reporters: StartedReporter[] = [];

  beforeAll(async () => {
    [nats, coturn] = await Promise.all([startNats(), startCoturn()]);
    observer = NatsBus.connect({ servers: nats.url, name: 'observer' });
    await observer.provision();
    heard = await hearHeartbeats(observer);
  });
  afterEach(async () => {
    await Promise.all(reporters.splice(0).map(({ shutdown }) => runShutdown(shutdown, logger)));
  });
  afterAll(async () => {
    await observer.close();
    await Promise.all([coturn.stop(), nats.stop()]);
  });

  async function report(nodeId: string, env: Record<string, string> = {}) {
    const httpPort = await freePort();
    const config = loadConfig(reporterConfigSchema, {
      NATS_URL: nats.url,
      NODE_ID: nodeId,
      REGION: 'eu',
      NODE_URLS: `turn:${coturn.host}:${coturn.port}?transport=udp`,
      INTERVAL_MS: '300',
      SAMPLERS: 'coturn-cli',
      COTURN_CLI: `127.0.0.1:${coturn.cliPort}`,
      COTURN_CLI_PASSWORD: coturn.cliPassword,
      HTTP_PORT: `${httpPort}`,
      ...env,
    });
    const bus = NatsBus.connect({ servers: config.NATS_URL, name: `reporter ${nodeId}` });
    const reporter = await startReporter({ config, bus, logger }).catch(async (error: unknown) => {
      await bus.close();
      throw error;
    });
    reporters.push(reporter);
    return { ...reporter, get: (path: string) => fetch(`http://127.0.0.1:${httpPort}${path}`) };
  }

  /** The next heartbeat of a node that has what is asked for. */
  const heartbeat = (nodeId: string, state: string, allocations?: number | null) =>
    heard.next(
      (found) =>
        found.nodeId === nodeId &&
        found.state === state &&
        (allocations === undefined || found.load.allocations === allocations),
    );

  it('tells of the relay, its software and the allocations a client holds on it', async () => {
    const idle = heartbeat('counted', 'serving', 0);
    await report('counted', { CAPACITY_ALLOCATIONS: '5' });
    expect((await idle).software).toEqual({ name: 'coturn', version: '4.6.1' });
    const held = heard.next(({ nodeId, load }) => nodeId === 'counted' && (load.allocations ?? 0) > 0);
    const client = holdAllocations(coturn);
    const { load } = await held;
    await client.release();
    expect(load.allocations).toBeGreaterThan(0);
    expect(load).toMatchObject({ cpu: null, egressBps: null, ingressBps: null });
  });

  it.each([
    ['UDP', 'udp'],
    ['TCP', 'tcp'],
  ])(
    'takes a relay that was killed out of service and back in when it is there again, over %s',
    async (_, over) => {
      const node = `killed-${over}`;
      const serving = heartbeat(node, 'serving', 0);
      await report(node, { STUN_CHECK: `${over}:${coturn.host}:${coturn.port}` });
      await coturn.restart();
      await serving;
      const starting = heartbeat(node, 'starting', null);
      await coturn.kill();
      await starting;
      const again = heartbeat(node, 'serving', 0);
      await coturn.restart();
      await again;
      const numbers = heard.all.filter(({ nodeId }) => nodeId === node).map(({ seq }) => seq);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    },
  );

  it('says stopped at SIGTERM before the link closes, and exits with 0', async () => {
    const serving = heartbeat('stopped', 'serving');
    const { shutdown } = await report('stopped');
    reporters.pop();
    await serving;
    const target = Object.assign(new EventEmitter(), {
      exit: (code: number) => void target.emit('exit', code),
    });
    shutDownOnSignal(shutdown, logger, target);
    const [stopped, exited] = [heartbeat('stopped', 'stopped'), once(target, 'exit')];
    target.emit('SIGTERM');
    expect(await exited).toEqual([0]);
    await stopped;
    expect(heard.all.findLast(({ nodeId }) => nodeId === 'stopped')?.state).toBe('stopped');
  });

  it('waits for a NATS that is away and is heard as soon as it is there', async () => {
    await nats.kill();
    const reporter = await report('patient');
    const away = (await (await reporter.get('/readyz')).json()) as object;
    expect(away).toMatchObject({ ready: true, degraded: true, checks: { nats: { status: 'degraded' } } });
    const serving = heartbeat('patient', 'serving');
    await nats.restart();
    expect((await serving).seq).toBeGreaterThan(0);
  });

  it('shows what it knows as metrics and leaves out what it does not', async () => {
    const serving = heartbeat('measured', 'serving', 0);
    const reporter = await report('measured', { SAMPLERS: 'coturn-prometheus,coturn-cli' });
    await serving;
    const metrics = await (await reporter.get('/metrics')).text();
    expect(metrics).toMatch(/^spillway_heartbeats_published_total [1-9]/m);
    expect(metrics).toMatch(/^spillway_relay_up 1$/m);
    expect(metrics).toMatch(/^spillway_link_up 1$/m);
    expect(metrics).toMatch(/^spillway_node_allocations 0$/m);
    expect(metrics).not.toMatch(/^spillway_node_cpu_ratio /m);
    expect(metrics).toMatch(/^spillway_sample_failures_total{sampler="coturn-prometheus"} [1-9]/m);
    expect(metrics).toMatch(/^spillway_sample_failures_total{sampler="coturn-cli"} 0$/m);
    expect((await reporter.get('/healthz')).status).toBe(200);
    expect(await (await reporter.get('/readyz')).json()).toMatchObject({
      ready: true,
      checks: {
        load: { status: 'degraded', detail: expect.stringMatching(/^coturn-prometheus cannot measure: /) },
      },
    });
  });

  it('publishes nothing when its port is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    await expect(report('squeezed', { HTTP_PORT: `${port}` })).rejects.toThrow('Set HTTP_PORT to a free one');
    squatter.close();
    const later = heartbeat('later', 'serving');
    await report('later');
    await later;
    expect(heard.all.some(({ nodeId }) => nodeId === 'squeezed')).toBe(false);
  });

  it('takes an SFU for serving while the page with its numbers is there', async () => {
    const page = await startHttpServer((_request, response) => response.end('{"allocations":3,"cpu":0.5}'));
    const serving = heartbeat('sfu', 'serving', 3);
    await report('sfu', {
      NODE_KIND: 'sfu',
      NODE_URLS: 'wss://sfu.example.org',
      SAMPLERS: 'http',
      LOAD_JSON_URL: page.url,
    });
    expect(await serving).toMatchObject({ kind: 'sfu', load: { cpu: 0.5 } });
    const starting = heartbeat('sfu', 'starting', null);
    await page.stop();
    await starting;
    expect(heard.all.findLast(({ nodeId }) => nodeId === 'sfu')?.load.allocations).toBeNull();
  });
});
