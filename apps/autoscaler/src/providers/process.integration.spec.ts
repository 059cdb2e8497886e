import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Heartbeat } from '@spillway/contracts';
import { identifyProcess, isAlive, type ProcessIdentity } from '@spillway/local-nodes';
import { NatsBus } from '@spillway/messaging';
import { describeWith, holdAllocations, startNats } from '@spillway/testkit';
import { deriveNodeSecret } from '@spillway/turn';
import { MASTER_SECRET, ProcessStage } from './process.harness.js';
import { describeProvider } from './provider.conformance.js';

const signal = () => AbortSignal.timeout(60_000);

describeWith(['turnserver'], 'the suite of all providers', () => {
  describeProvider('process', [], async () => {
    const stage = new ProcessStage();
    return {
      settings: { kind: 'process' },
      region: stage.region,
      create: () => stage.create(),
      started: async () => stage.started(),
      // It returns when what it started is up, and what it ended is gone.
      settle: async () => {},
      stop: () => stage.stop(),
    };
  });
});

describeWith(['turnserver'], 'processes', () => {
  let stage: ProcessStage;
  beforeEach(() => {
    stage = new ProcessStage();
  });
  afterEach(() => stage.stop());

  const grow = (desired: number) => stage.create().grow(stage.group(), desired, signal());
  const inventory = async () => (await stage.create().inventory(stage.group(), signal())).instances;
  const died = async (identity: ProcessIdentity | undefined) => {
    if (!identity) return;
    while (isAlive(identity)) await sleep(10);
  };

  it.each(['coturn', 'reporter'] as const)(
    'counts a pair without its %s as ending, and growing replaces it',
    async (which) => {
      await grow(1);
      const broken = stage.record('eu-central-1-s1');
      process.kill(broken[which]?.pid ?? 0, 'SIGKILL');
      await died(broken[which]);
      expect(await inventory()).toEqual([{ instanceId: 'eu-central-1-s1', phase: 'ending' }]);
      await grow(1);
      expect(await inventory()).toEqual([{ instanceId: 'eu-central-1-s2', phase: 'running' }]);
      await died(broken.coturn);
      await died(broken.reporter);
      expect(existsSync(stage.filesOf('eu-central-1-s1'))).toBe(false);
    },
  );

  it('replaces what an autoscaler that was killed had started in part, and ends what it had not written down', async () => {
    const { actor, stray } = await halfStarted();
    expect(isAlive(actor)).toBe(false);
    expect(await inventory()).toEqual([{ instanceId: 'eu-central-1-s1', phase: 'ending' }]);
    await grow(1);
    await died(stray);
    expect(await inventory()).toEqual([{ instanceId: 'eu-central-1-s2', phase: 'running' }]);
    expect(stage.recorded()).toEqual(['eu-central-1-s2']);
  });

  /** As after a kill between the start of coturn and the note of its pid. */
  async function halfStarted() {
    const ended = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(ended, 'spawn');
    const actor = identifyProcess(ended.pid ?? 0) ?? { pid: 0, startTime: '' };
    ended.kill('SIGKILL');
    await once(ended, 'exit');
    await inventory();
    mkdirSync(stage.filesOf('eu-central-1-s1'), { recursive: true });
    const config = join(stage.filesOf('eu-central-1-s1'), 'coturn.conf');
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', config], { detached: true });
    await once(left, 'spawn');
    const record = { region: stage.region, instanceId: 'eu-central-1-s1', slot: 0, phase: 'starting', actor };
    writeFileSync(stage.recordPath('eu-central-1-s1'), JSON.stringify(record));
    const regions = join(stage.folder, 'state', 'regions', `${stage.region}.json`);
    writeFileSync(regions, JSON.stringify({ lastNumber: 1, fence: null }));
    return { actor, stray: identifyProcess(left.pid ?? 0) };
  }

  it('brings to its end what it has begun when its signal is aborted, so that the next one has nothing to do', async () => {
    const provider = stage.create();
    await expect(provider.grow(stage.group(), 1, AbortSignal.timeout(100))).rejects.toMatchObject({
      code: 'aborted',
      isRetryable: true,
    });
    while ((await inventory())[0]?.phase !== 'running') await sleep(50);
    await grow(1);
    expect(stage.started()).toBe(1);
  });

  it('says why a node did not start, and leaves nothing of it behind', async () => {
    const provider = stage.create({ PROCESS_REPORTER: '/nowhere/main.js' });
    await expect(provider.grow(stage.group(), 1, signal())).rejects.toMatchObject({
      code: 'cannot-start',
      message: expect.stringMatching(/reporter of eu-central-1-s1 ended \(1\)/),
      // Not in the message, which goes onto the log that all read.
      words: expect.stringContaining('Cannot find module'),
    });
    expect(await inventory()).toEqual([]);
    expect(existsSync(stage.filesOf('eu-central-1-s1'))).toBe(false);
  });

  it('starts as many as there are ports for, and says that there are no more', async () => {
    const { PROCESS_TURN_PORTS = '' } = stage.environment;
    const first = Number(PROCESS_TURN_PORTS.split('-')[0]);
    const provider = stage.create({ PROCESS_TURN_PORTS: `${first}-${first + 5}` });
    await expect(provider.grow(stage.group(), 3, signal())).rejects.toMatchObject({
      code: 'no-room',
      message: expect.stringContaining('all 2 places are taken'),
    });
    expect(await inventory()).toHaveLength(2);
  });

  it('names the ports it cannot have', async () => {
    const provider = stage.create({ PROCESS_TURN_ADDRESS: '192.0.2.1' });
    await expect(provider.grow(stage.group(), 1, signal())).rejects.toMatchObject({
      code: 'no-room',
      message: expect.stringContaining('/udp bind EADDRNOTAVAIL'),
      words: expect.stringMatching(/192\.0\.2\.1:\d+\/udp bind EADDRNOTAVAIL/),
    });
  });

  it('starts nothing where relays would take the ports of servers', async () => {
    const provider = stage.create({ PROCESS_RELAY_PORTS: '1000-19999' });
    await expect(provider.grow(stage.group(), 1, signal())).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('starts nothing without the master secret, and names it', async () => {
    const provider = stage.create({ TURN_MASTER_SECRET: '' });
    await expect(provider.grow(stage.group(), 1, signal())).rejects.toMatchObject({
      code: 'misconfigured',
      remedy: expect.stringContaining('TURN_MASTER_SECRET_FILE'),
    });
  });

  it('refuses a plan that is older than one it has begun, of whichever autoscaler', async () => {
    await stage.create().grow(stage.group(7, 2), 1, signal());
    for (const [revision, generation] of [
      [6, 2],
      [8, 1],
    ]) {
      const stale = stage.group(revision, generation);
      const refused = { code: 'stale-plan', isRetryable: false };
      await expect(stage.create().grow(stale, 2, signal())).rejects.toMatchObject(refused);
      await expect(stage.create().end(stale, ['eu-central-1-s1'], 0, signal())).rejects.toMatchObject(
        refused,
      );
    }
    expect(await inventory()).toEqual([{ instanceId: 'eu-central-1-s1', phase: 'running' }]);
  });
});

describeWith(['turnserver', 'nats-server', 'turnutils_uclient'], 'processes with their own reporter', () => {
  it('a node that is started serves with a credential of the master secret, and says stopped when it is ended', async () => {
    const stage = new ProcessStage();
    const nats = await startNats();
    const bus = NatsBus.connect({ servers: nats.url, name: 'observer' });
    try {
      await bus.provision();
      const provider = stage.create({
        NATS_URL: nats.url,
        PROCESS_REPORTER: '',
        PROCESS_SAMPLERS: 'coturn-cli',
      });
      const serving = nextHeartbeat(bus, ({ state }) => state === 'serving');
      await provider.grow(stage.group(), 1, signal());
      const { nodeId, instanceId, region, capacity, urls } = await serving;
      expect({ nodeId, instanceId, region }).toEqual({
        nodeId: 'eu-central-1-s1',
        instanceId: 'eu-central-1-s1',
        region: 'eu-central-1',
      });
      expect(capacity).toEqual({ bandwidthBps: 100_000_000, allocations: 1000 });

      const secret = deriveNodeSecret(MASTER_SECRET, nodeId, 1);
      const port = Number(/:(\d+)\?/.exec(urls[0] ?? '')?.[1]);
      const allocated = nextHeartbeat(bus, ({ load }) => (load.allocations ?? 0) > 0);
      const held = holdAllocations({ host: '127.0.0.1', port, secret });
      await allocated;
      await held.release();

      const stopped = nextHeartbeat(bus, ({ state }) => state === 'stopped');
      await provider.end(stage.group(), [instanceId], 0, signal());
      expect((await stopped).nodeId).toBe(nodeId);
    } finally {
      await stage.stop();
      await bus.close();
      await nats.stop();
    }
  });
});

function nextHeartbeat(bus: NatsBus, fits: (heartbeat: Heartbeat) => boolean): Promise<Heartbeat> {
  return new Promise((resolve) => {
    void bus.follow({
      onEntry: ({ event }) => {
        if (event.kind === 'heartbeat' && fits(event.heartbeat)) resolve(event.heartbeat);
      },
    });
  });
}
