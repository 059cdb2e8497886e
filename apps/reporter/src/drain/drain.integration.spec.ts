import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { subjectOf, type Command, type Heartbeat } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { createLogger, loadConfig, runShutdown } from '@spillway/runtime';
import {
  describeWith,
  freePort,
  holdAllocations,
  startCoturn,
  startNats,
  type StartedCoturn,
  type StartedNats,
} from '@spillway/testkit';
import { reporterConfigSchema } from '../config.js';
import { startReporter, type StartedReporter } from '../start-reporter.js';
import { hearHeartbeats, type HeardHeartbeats } from '../testing/heard-heartbeats.js';

jest.setTimeout(40_000);

const logger = createLogger('error');
const QUIET_SECONDS = 1;

describeWith(['nats-server', 'turnserver', 'turnutils_uclient'], 'a drain of a real coturn', () => {
  let nats: StartedNats;
  let coturn: StartedCoturn;
  let observer: NatsBus;
  let heard: HeardHeartbeats;
  const reporters = new Set<StartedReporter>();

  beforeAll(async () => {
    [nats, coturn] = await Promise.all([startNats(), startCoturn()]);
    observer = NatsBus.connect({ servers: nats.url, name: 'observer' });
    await observer.provision();
    heard = await hearHeartbeats(observer);
  });
  afterEach(async () => {
    await Promise.all([...reporters].map(stop));
  });
  afterAll(async () => {
    await observer.close();
    await Promise.all([coturn.stop(), nats.stop()]);
  });

  async function stop(reporter: StartedReporter): Promise<void> {
    reporters.delete(reporter);
    await runShutdown(reporter.shutdown, logger);
  }

  async function report(nodeId: string, env: Record<string, string> = {}) {
    const httpPort = await freePort();
    const config = loadConfig(reporterConfigSchema, {
      NATS_URL: nats.url,
      NODE_ID: nodeId,
      REGION: 'eu',
      INSTANCE_ID: `i-${nodeId}`,
      NODE_URLS: `turn:${coturn.host}:${coturn.port}?transport=udp`,
      INTERVAL_MS: '300',
      SAMPLERS: 'coturn-cli',
      COTURN_CLI: `127.0.0.1:${coturn.cliPort}`,
      COTURN_CLI_PASSWORD: coturn.cliPassword,
      DRAIN_QUIET_SECONDS: `${QUIET_SECONDS}`,
      HTTP_PORT: `${httpPort}`,
      ...env,
    });
    const bus = NatsBus.connect({ servers: config.NATS_URL, name: `reporter ${nodeId}` });
    const reporter = await startReporter({ config, bus, logger });
    reporters.add(reporter);
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${httpPort}${path}`)).text();
    return { ...reporter, reporter, get };
  }

  async function order(nodeId: string, command: Partial<Command> = {}): Promise<string> {
    const id = randomUUID();
    const inAMinute = new Date(Date.now() + 60_000).toISOString();
    const payload: Command = {
      at: new Date().toISOString(),
      id,
      command: 'drain',
      instanceId: `i-${nodeId}`,
      deadlineSeconds: 600,
      expiresAt: inAMinute,
      reason: 'spec',
      origin: 'operator',
      ...command,
    };
    await observer.record(subjectOf.command('eu', nodeId), payload, id);
    return id;
  }

  const of = (nodeId: string) => heard.all.filter((heartbeat) => heartbeat.nodeId === nodeId);
  const next = (nodeId: string, fits: Partial<Heartbeat>) =>
    heard.next((heartbeat) =>
      Object.entries({ nodeId, ...fits }).every(
        ([key, value]) => heartbeat[key as keyof Heartbeat] === value,
      ),
    );
  const holding = (nodeId: string) =>
    heard.next((heartbeat) => heartbeat.nodeId === nodeId && (heartbeat.load.allocations ?? 0) > 0);

  it('goes on as long as an allocation is held, and is over once it has ended', async () => {
    const { get } = await report('held');
    await next('held', { state: 'serving' });
    const held = holding('held');
    const client = holdAllocations(coturn, 'tcp');
    await held;
    const draining = next('held', { state: 'draining' });
    const commandId = await order('held');
    expect((await draining).commandId).toBe(commandId);
    expect(await get('/metrics')).toMatch(/^spillway_node_draining 1$/m);
    expect(await get('/readyz')).toContain(`drain ${commandId}: `);
    // Well past the time for which an empty relay is watched.
    for (let i = 0; i < 10; i++) expect((await next('held', {})).state).toBe('draining');
    const stopped = next('held', { state: 'stopped' });
    await client.release();
    expect(await stopped).toMatchObject({ commandId, load: { allocations: 0 } });
    await next('held', { state: 'stopped', commandId });
    expect(await get('/metrics')).toMatch(/^spillway_node_drained 1$/m);
    const serving = next('held', { state: 'serving' });
    const undrainId = await order('held', { command: 'undrain' });
    expect((await serving).commandId).toBe(undrainId);
  });

  it('is over at its deadline although an allocation is held', async () => {
    await report('overdue');
    await next('overdue', { state: 'serving' });
    const held = holding('overdue');
    const client = holdAllocations(coturn, 'tcp');
    await held;
    const stopped = next('overdue', { state: 'stopped' });
    const beganAt = performance.now();
    await order('overdue', { deadlineSeconds: 3 });
    expect((await stopped).load.allocations).toBeGreaterThan(0);
    expect(performance.now() - beganAt).toBeGreaterThan(2900);
    await client.release();
  });

  it('waits for the deadline where nobody knows how many allocations there are', async () => {
    await report('unknown', { SAMPLERS: 'host', HOST_INTERFACE: 'none' });
    await next('unknown', { state: 'serving' });
    const stopped = next('unknown', { state: 'stopped' });
    const beganAt = performance.now();
    await order('unknown', { deadlineSeconds: 3 });
    expect((await stopped).load.allocations).toBeNull();
    expect(performance.now() - beganAt).toBeGreaterThan(2900);
  });

  it('outlives the relay', async () => {
    await report('outliving');
    await next('outliving', { state: 'serving' });
    const draining = next('outliving', { state: 'draining' });
    await order('outliving');
    await draining;
    await coturn.kill();
    await heard.next(({ nodeId, load }) => nodeId === 'outliving' && load.allocations === null);
    for (let i = 0; i < 5; i++) expect((await next('outliving', {})).state).toBe('draining');
    await coturn.restart();
    await next('outliving', { state: 'stopped' });
  });

  it('leaves a coturn alone that would die of the signal', async () => {
    const pidFile = join(mkdtempSync(join(tmpdir(), 'spillway-drain-')), 'pid');
    const { pid } = coturn;
    writeFileSync(pidFile, `${pid}`);
    await report('unsignalled', { DRAIN_SIGNAL: pidFile });
    await next('unsignalled', { state: 'serving' });
    const stopped = next('unsignalled', { state: 'stopped' });
    await order('unsignalled');
    expect((await stopped).load.allocations).toBe(0);
    expect(process.kill(pid, 0)).toBe(true);
    rmSync(dirname(pidFile), { recursive: true });
  });

  /** A node whose heartbeats show that time passes. */
  async function passes(moment: string): Promise<void> {
    if (of('metronome').length === 0) await report('metronome', { STUN_CHECK: 'none' });
    await heard.next(({ nodeId, at }) => nodeId === 'metronome' && at > moment);
  }

  it('goes on after a restart of the reporter, although its command has expired, and ends at its deadline', async () => {
    const { reporter } = await report('restarted');
    await next('restarted', { state: 'serving' });
    const held = holding('restarted');
    const client = holdAllocations(coturn, 'tcp');
    await held;
    const draining = next('restarted', { state: 'draining' });
    const expiresAt = new Date(Date.now() + 1000).toISOString();
    const commandId = await order('restarted', { expiresAt, deadlineSeconds: 6 });
    await draining;
    await stop(reporter);
    expect(of('restarted').at(-1)).toMatchObject({ state: 'draining', commandId });
    await passes(expiresAt);
    const stopped = next('restarted', { state: 'stopped', commandId });
    const [first, again] = await Promise.all([next('restarted', {}), report('restarted')]);
    expect(first).toMatchObject({ state: 'draining', commandId });
    expect((await stopped).load.allocations).toBeGreaterThan(0);
    await client.release();

    await stop(again.reporter);
    const [stillStopped] = await Promise.all([next('restarted', {}), report('restarted')]);
    expect(stillStopped).toMatchObject({ state: 'stopped', commandId });
    const serving = next('restarted', { state: 'serving' });
    await order('restarted', { command: 'undrain' });
    await serving;
  });

  it('is known to a reporter before it says serving for the first time', async () => {
    const commandId = await order('beforehand');
    const stopped = next('beforehand', { state: 'stopped', commandId });
    await report('beforehand');
    await stopped;
    const states = of('beforehand').map(({ state }) => state);
    expect([...new Set(states)]).toEqual(['starting', 'draining', 'stopped']);
  });

  it.each([
    ['is for another instance', { instanceId: 'i-replaced' }, 'other-instance'],
    ['has expired', { expiresAt: '2020-01-01T00:00:00.000Z' }, 'expired'],
  ])('is not begun when the command %s', async (_, command, verdict) => {
    const nodeId = `not-${verdict}`;
    await order(nodeId, command);
    const { get } = await report(nodeId);
    expect(await next(nodeId, { state: 'serving' })).toMatchObject({ commandId: null });
    expect(await get('/metrics')).toMatch(`spillway_commands_total{verdict="${verdict}"} 1\n`);
  });
});
