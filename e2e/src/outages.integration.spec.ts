import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import { startSystem, type System } from './system.js';
import { holdsUntil, until } from './until.js';

const GERMANY = '88.198.0.1';
const NODE = 'euc1-a1';
const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'];
/** `spillway start` waits 15 s before it starts again what died. */
const RESTART_LIMIT_MS = 25_000;

describeWith(['nats-server', 'turnserver'], 'kill -9 of', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop(), 60_000);

  const nodesForGermany = async () => (await system.ask({ clientIp: GERMANY })).placement.nodes;
  const isNamed = async () => (await nodesForGermany()).includes(NODE);
  const answersForEveryRegion = async () => {
    for (const region of REGIONS) await system.ask({ region: { require: [region] } });
  };

  it.each([
    { what: 'a coturn', process: `coturn-${NODE}`, goneWithinMs: 10_000 },
    // A silent node is given up after 5 of its intervals of 2 s.
    { what: 'a reporter', process: `reporter-${NODE}`, goneWithinMs: 12_000 },
  ])(
    '$what takes its node out of all answers, until it is started again',
    async ({ process, goneWithinMs }) => {
      expect(await isNamed()).toBe(true);
      const isRestarted = system.kill(process);
      await until(`no answer names ${NODE}`, goneWithinMs, async () => !(await isNamed()));
      await holdsUntil(`${process} is started again`, RESTART_LIMIT_MS, isRestarted, async () => {
        const nodes = await nodesForGermany();
        // It may have been started, and have been seen, since the loop looked.
        if (!isRestarted()) expect(nodes).not.toContain(NODE);
      });
      await until(`answers name ${NODE} again`, 10_000, isNamed);
    },
    60_000,
  );

  it('NATS leaves a router that answers from memory and says so; all else resumes by itself', async () => {
    const { nats: _, ...others } = system.pids();
    const isRestarted = system.kill('nats');
    await until('readiness is degraded', 10_000, isDegraded);
    await holdsUntil('NATS is started again', RESTART_LIMIT_MS, isRestarted, answersForEveryRegion);
    await until('readiness is as before', 20_000, async () => !(await isDegraded()));
    await until('every node is heard from again', 10_000, areAllFresh);
    const { nats: __, ...after } = system.pids();
    expect(after).toEqual(others);
  }, 90_000);

  it('the router loses nothing: it has the full view as soon as it is back', async () => {
    const isRestarted = system.kill('router');
    await holdsUntil('the router is started again', RESTART_LIMIT_MS, isRestarted, async () => {});
    await until('it answers for every region', 10_000, async () => {
      await answersForEveryRegion();
      return true;
    });
    expect(await areAllFresh()).toBe(true);
  }, 60_000);

  async function isDegraded(): Promise<boolean> {
    const { ready, degraded } = (await system.get('/readyz')) as { ready: boolean; degraded: boolean };
    expect(ready).toBe(true);
    return degraded;
  }

  async function areAllFresh(): Promise<boolean> {
    const { nodes } = (await system.get('/v1/nodes')) as { nodes: { freshness: string }[] };
    return nodes.length === REGIONS.length && nodes.every(({ freshness }) => freshness === 'fresh');
  }
});
