import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { problemSchema, subjectOf, type IceServersAnswer, type PolicyDocument } from '@spillway/contracts';
import { aPolicy } from '@spillway/testkit';
import { collect, connectIceClient, type RegionsSnapshot } from './testing/grpc.harness.js';
import { sha256 } from './testing/keys.harness.js';
import { announce } from './testing/log.harness.js';
import { startReadyRouter, type TestRouter } from './testing/router.harness.js';
import { until } from './testing/until.harness.js';
import { aWorld, EUROPE, worldLocator, worldRegions } from './testing/world.harness.js';

let router: TestRouter;
afterEach(() => router.stop());

const KEY = 'acme-key';
const acme = (settings: object = {}) => ({
  keys: [{ sha256: sha256(KEY), scopes: ['issue', 'on-behalf'] }],
  regions: { require: EUROPE },
  ...settings,
});
const policyWith = (tenants: Record<string, object>, revision = 'test'): PolicyDocument =>
  aPolicy({ revision, strategy: 'priced', regions: worldRegions(), tenants });

async function start(tenants: Record<string, object> = { acme: acme() }): Promise<void> {
  router = await startReadyRouter({ policy: policyWith(tenants), fleet: aWorld(), locator: worldLocator });
}

const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
const ask = (body: object = {}) =>
  router.fetch('/v1/ice-servers', { method: 'POST', headers, body: JSON.stringify(body) });
const refused = async (body: object) => problemSchema.parse(await (await ask(body)).json());
const served = async (body: object = {}) => (await (await ask(body)).json()) as IceServersAnswer;

async function adopt(tenants: Record<string, object>, revision: string): Promise<void> {
  await announce(router.bus, policyWith(tenants, revision), []);
  await until(() => router.view.fleet.policy?.revision === revision);
}

describe('a tenant', () => {
  it('comes and goes with the policy, without a restart, on connections that are open too', async () => {
    await start({});
    expect((await ask()).status).toBe(401);
    await adopt({ acme: acme() }, 'with');
    expect((await ask()).status).toBe(200);
    await adopt({}, 'without');
    expect((await ask()).status).toBe(401);
  });

  it('is told which regions it has when it asks for others, and is served in no other', async () => {
    await start();
    const sydney = '36.241.0.1';
    expect(await served({ clientIp: sydney })).toMatchObject({ placement: { reason: 'required' } });
    expect(EUROPE).toContain((await served({ clientIp: sydney })).placement.region);
    expect(await refused({ region: { require: ['us-east-1'] } })).toMatchObject({
      status: 422,
      code: 'requirement-unmet',
      field: 'region.require',
      detail: expect.stringContaining(`served in ${EUROPE.join(', ')} only`),
    });
    expect(await refused({ region: { prefer: 'us-east-1' } })).toMatchObject({
      status: 422,
      field: 'region.prefer',
    });
    const both = { require: ['us-east-1', 'eu-north-1'] };
    expect((await served({ region: both })).placement.region).toBe('eu-north-1');
  });

  it('has lifetimes of its own', async () => {
    await start({ acme: acme({ ttlSeconds: { default: 120, max: 300 } }) });
    expect((await served()).ttlSeconds).toBe(120);
    expect((await served({ ttlSeconds: 300 })).ttlSeconds).toBe(300);
    expect(await refused({ ttlSeconds: 301 })).toMatchObject({
      code: 'invalid-field',
      detail: expect.stringContaining('from 60 to 300'),
    });
  });

  it('has a limit of its own, which a policy that is announced again does not renew', async () => {
    const tenants = { acme: acme({ rateLimits: { perClientPerMinute: 2 } }) };
    tenants.acme.keys = [{ sha256: sha256(KEY), scopes: ['issue'] }];
    await start(tenants);
    const statuses = [(await ask()).status, (await ask()).status];
    await adopt(tenants, 'again');
    expect([...statuses, (await ask()).status]).toEqual([200, 200, 429]);
  });

  it('sees its own regions', async () => {
    await start();
    const { regions } = (await (await router.fetch('/v1/regions', { headers })).json()) as {
      regions: { region: string }[];
    };
    expect(regions.map(({ region }) => region)).toEqual(EUROPE);
  });

  it('watches its own regions, until its key is taken back', async () => {
    await start();
    const client = connectIceClient(router.grpcAddress);
    const watch = client.watch(`Bearer ${KEY}`);
    const snapshots = collect(watch);
    snapshots.catch(() => undefined);
    const [first] = (await once(watch, 'data')) as [RegionsSnapshot];
    expect(first.regions.map(({ region }) => region)).toEqual(EUROPE);
    await adopt({}, 'without');
    await expect(snapshots).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    client.close();
  });

  it('is counted by name for as long as the policy has it', async () => {
    await start();
    await served();
    await refused({ count: 9 });
    const count = (code: string) =>
      router.metric(`spillway_tenant_requests_total{tenant="acme",code="${code}"}`);
    expect([await count('ok'), await count('invalid-field')]).toEqual([1, 1]);
    await adopt({}, 'without');
    expect([await count('ok'), await count('invalid-field')]).toEqual([0, 0]);
  });
});

describe('10,000 requests on one stream, from all over the world', () => {
  const REQUESTS = 10_000;
  const COPRIME = 4_099;

  it('stay in the EU while that is served, full, gone and back', async () => {
    await start();
    const client = connectIceClient(router.grpcAddress);
    const stream = client.stream(`Bearer ${KEY}`);
    const results = collect(stream);
    let answered = 0;
    stream.on('data', () => answered++);
    const states = [{}, { load: { cpu: 1 } }, { state: 'stopped' as const }, { load: { cpu: 0.2 } }];
    for (let i = 0; i < REQUESTS; i++) {
      if (i % (REQUESTS / states.length) === 0) {
        await until(() => answered === i);
        await becomes(states[(i * states.length) / REQUESTS] ?? {}, i + 2);
      }
      const at = (i * COPRIME) % 65_536;
      stream.write({ id: `${i}`, request: { clientIp: `${at >> 8}.${at & 255}.0.1` } });
    }
    stream.end();
    const outcomes = new Map<string, number>();
    for (const { answer, problem } of await results) {
      const outcome = answer?.placement.region ?? `${problem?.status} ${problem?.code}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    client.close();
    const allowed = new Set<string>([...EUROPE, '422 requirement-unmet', '503 no-capacity']);
    expect([...outcomes.keys()].filter((outcome) => !allowed.has(outcome))).toEqual([]);
    expect([...outcomes.values()].reduce((sum, count) => sum + count)).toBe(REQUESTS);
    expect(outcomes.get('503 no-capacity')).toBe(REQUESTS / states.length);
    expect(outcomes.get('422 requirement-unmet')).toBe(REQUESTS / states.length);
  });

  /** All nodes of the EU say this of themselves, and the router has heard it. */
  async function becomes(state: Parameters<typeof Object.assign>[0], seq: number): Promise<void> {
    const fleet = aWorld((region) => (EUROPE.some((each) => each === region) ? { ...state, seq } : { seq }));
    for (const heartbeat of fleet) {
      router.bus.publish(subjectOf.heartbeat(heartbeat.region, heartbeat.nodeId), heartbeat);
    }
    await until(() => [...router.view.fleet.nodes.values()].every(({ heartbeat }) => heartbeat.seq === seq));
  }
});
