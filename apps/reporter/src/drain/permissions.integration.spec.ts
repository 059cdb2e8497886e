import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subjectOf } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { createLogger, loadConfig, runShutdown } from '@spillway/runtime';
import { describeWith, freePort, startNats, type StartedNats } from '@spillway/testkit';
import { reporterConfigSchema } from '../config.js';
import { startReporter } from '../start-reporter.js';
import { hearHeartbeats } from '../testing/heard-heartbeats.js';

jest.setTimeout(30_000);

const readme = new URL('../../README.md', import.meta.url);

describeWith(['nats-server'], 'a reporter with the rights the readme names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-rights-'));
  const logger = createLogger('error');
  let nats: StartedNats;

  beforeAll(async () => {
    const rights = /```conf\n(# Rights[^]*?)```/.exec(readFileSync(readme, 'utf8'))?.[1] ?? '';
    const config = join(folder, 'nats.conf');
    const admin = '{ user: admin, password: admin }';
    const node = rights.replaceAll('<region>', 'eu').replaceAll('<node>', 'a1');
    writeFileSync(
      config,
      `authorization { users = [ ${admin}, { user: node, password: node\n${node}\n} ] }\n`,
    );
    nats = await startNats({ args: ['-c', config] });
  });
  afterAll(async () => {
    await nats.stop();
    rmSync(folder, { recursive: true });
  });

  const connect = (user: string) =>
    NatsBus.connect({ servers: nats.url.replace('//', `//${user}:${user}@`), name: user });

  it('reads its orders, serves and drains, and cannot speak for another node', async () => {
    const observer = connect('admin');
    await observer.provision();
    const heard = await hearHeartbeats(observer);
    const serving = heard.next(({ state }) => state === 'serving');
    const config = loadConfig(reporterConfigSchema, {
      NODE_ID: 'a1',
      REGION: 'eu',
      INSTANCE_ID: 'i-1',
      NODE_URLS: 'turn:203.0.113.1',
      STUN_CHECK: 'none',
      HOST_INTERFACE: 'none',
      INTERVAL_MS: '200',
      HTTP_PORT: `${await freePort()}`,
    });
    const bus = connect('node');
    const { shutdown } = await startReporter({ config, bus, logger });
    await serving;
    const stopped = heard.next(({ state }) => state === 'stopped');
    const command = {
      at: new Date().toISOString(),
      id: 'c-1',
      command: 'drain',
      instanceId: 'i-1',
      deadlineSeconds: 0,
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
      reason: '',
    };
    await observer.record(subjectOf.command('eu', 'a1'), command, command.id);
    const last = await stopped;
    expect(last.commandId).toBe('c-1');
    bus.publish(subjectOf.heartbeat('eu', 'a2'), { ...last, nodeId: 'a2' });
    await heard.next(({ seq }) => seq > last.seq + 3);
    expect(heard.all.some(({ nodeId }) => nodeId === 'a2')).toBe(false);
    await runShutdown(shutdown, logger);
    await observer.close();
  });
});
