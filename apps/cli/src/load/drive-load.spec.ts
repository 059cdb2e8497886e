import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { POLICY_SUBJECT, subjectOf, syntheticLoadSchema, syntheticLoadSubject } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import { spillway } from '../testing/spillway.js';
import { driveLoad } from './drive-load.js';

const REGION = 'us-east-1';

/** A log with a policy and nodes of one region that take load, each able to carry 100 allocations. */
async function startRegion(...nodeIds: string[]) {
  const bus = new MemoryBus();
  await bus.provision();
  await bus.record(POLICY_SUBJECT, { at: new Date().toISOString(), policy: aPolicy() }, 'policy');
  const loads = new Map<string, number>();
  const join = async (nodeId: string, { takesLoad = true } = {}) => {
    const capacity = { bandwidthBps: null, allocations: 100 };
    const state = 'serving';
    bus.publish(subjectOf.heartbeat(REGION, nodeId), aHeartbeat({ nodeId, region: REGION, capacity, state }));
    if (!takesLoad) return;
    await bus.respond(syntheticLoadSubject(REGION, nodeId), 'reporter', async ({ data }) => {
      const load = syntheticLoadSchema.parse(JSON.parse(new TextDecoder().decode(data)));
      loads.set(nodeId, load.forSeconds > 0 ? load.allocations : 0);
      return { payload: { accepted: true } };
    });
  };
  for (const nodeId of nodeIds) await join(nodeId);
  return { bus, loads, join };
}

/** Runs until a line is said that `isLast` accepts. */
async function drive(
  bus: MemoryBus,
  utilization: number,
  isLast: (line: string) => boolean | Promise<boolean>,
) {
  const ended = new AbortController();
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    void Promise.resolve(isLast(line)).then((isIt) => isIt && ended.abort());
  };
  await driveLoad(bus, { region: REGION, utilization, signal: ended.signal, say });
  return lines;
}

describe('driveLoad', () => {
  it('loads every serving node alike, and takes all of it away at the end', async () => {
    const { bus, loads } = await startRegion('a1', 'a2');
    let during: unknown;
    const lines = await drive(bus, 0.95, (line) => {
      if (!line.startsWith('0:')) return false;
      during = Object.fromEntries(loads);
      return true;
    });
    expect(during).toEqual({ a1: 95, a2: 95 });
    expect(Object.fromEntries(loads)).toEqual({ a1: 0, a2: 0 });
    expect(lines[0]).toMatch(/^TIME +USE +DEMAND +PRICE +NODES +OVERLOAD +PLAN$/);
    expect(lines[1]).toMatch(/^0:00 .* 2 serving +-/);
  });

  it('gives a new node its part of the same load', async () => {
    const { bus, loads, join } = await startRegion('a1');
    await drive(bus, 0.9, async (line) => {
      if (!line.startsWith('0:00')) return false;
      expect(Object.fromEntries(loads)).toEqual({ a1: 90 });
      await join('a2');
      while (loads.get('a1') !== 45 || loads.get('a2') !== 45) await sleep(20);
      return true;
    });
    expect([...loads.values()]).toEqual([0, 0]);
  });

  it('says which node does not take its part', async () => {
    const { bus, join } = await startRegion('a1');
    await join('a2', { takesLoad: false });
    const lines = await drive(bus, 0.9, (line) => line.startsWith('0:'));
    expect(lines).toContain('a2 does not take its share: it takes no synthetic load');
  });

  it.each([
    ['mars-1', '--region: "mars-1" is none of us-east-1, eu-central-1, ap-southeast-1'],
    ['eu-central-1', 'eu-central-1 cannot be loaded: no node serves there. Nothing was changed'],
  ])('refuses %s', async (region, message) => {
    const { bus } = await startRegion('a1');
    const { signal } = new AbortController();
    await expect(driveLoad(bus, { region, utilization: 1, signal, say: () => {} })).rejects.toThrow(message);
  });

  it('refuses a region whose reporters take no synthetic load', async () => {
    const { bus, join } = await startRegion();
    await join('a1', { takesLoad: false });
    await expect(drive(bus, 1, () => true)).rejects.toThrow(
      'us-east-1 cannot be loaded: a1: it takes no synthetic load; only reporters with `synthetic` in SAMPLERS do',
    );
  });

  it('says that there is no policy', async () => {
    const bus = new MemoryBus();
    await bus.provision();
    await expect(drive(bus, 1, () => true)).rejects.toMatchObject({ code: 'no-policy' });
  });
});

describe('spillway load', () => {
  it.each([
    [['--utilization', '0.9'], /required option '--region/],
    [['--region', 'eu', '--utilization', '95'], /It must be a share above 0 and up to 3, such as 0\.95/],
    [['--region', 'eu', '--utilization', '-1'], /It must be a share/],
    [['--region', 'eu', '--utilization', '0.9', '--for', 'ever'], /It must be a time/],
  ])('refuses %j', async (args, message) => {
    expect(await spillway('load', ...args)).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(message),
    });
  });
});
