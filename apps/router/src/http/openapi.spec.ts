import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { aHeartbeat } from '@spillway/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { PROBLEMS, subjectOf, type IceServersAnswer, type Scale } from '@spillway/contracts';
import { aFleet, CLIENTS } from '../testing/fleet.harness.js';
import { bearer, type KeyName } from '../testing/keys.harness.js';
import { startReadyRouter, type TestRouter } from '../testing/router.harness.js';
import { until } from '../testing/until.harness.js';
import { openApiDocument } from './openapi.js';

let router: TestRouter;
let served: typeof openApiDocument;
beforeAll(async () => {
  // Nodes whose every value is unknown are documented too.
  const nothing = { cpu: null, egressBps: null, ingressBps: null, allocations: null };
  const unknown = aHeartbeat({
    nodeId: 'n0',
    intervalMs: 60_000,
    load: nothing,
    software: { version: null },
  });
  router = await startReadyRouter({ fleet: [...aFleet(), unknown] });
  served = (await (await router.fetch('/openapi.json')).json()) as typeof openApiDocument;
});
afterAll(() => router.stop());

/** What is wrong with a value by the schema of this name in the document. */
function faultsOf(name: string, value: unknown): unknown {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const { schemas } = served.components;
  const check = ajv.compile({ $ref: `#/components/schemas/${name}`, components: { schemas } });
  return check(value) ? [] : check.errors;
}

async function get(path: string, key: KeyName = 'operator'): Promise<unknown> {
  return (await router.fetch(path, { headers: { authorization: bearer(key) } })).json();
}

const scale: Scale = {
  at: new Date().toISOString(),
  revision: 4,
  parentRevision: 3,
  generation: 3,
  current: 3,
  desired: 1,
  drain: ['n1'],
  undrain: [],
  terminate: ['i-0abc'],
  reasons: [],
  outcome: 'planned',
  error: null,
};

describe('/openapi.json', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(served));
    expect(result).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('is the document that the package exports', () => {
    expect(served).toEqual(JSON.parse(JSON.stringify(openApiDocument)));
  });

  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(served);
    const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(Object.keys(served.components.schemas)));
    expect(text.match(/"\$ref":"(?!#\/components\/schemas\/)/g)).toBeNull();
  });

  it('has every status of a problem but the one nobody should see', () => {
    const statuses = Object.values(PROBLEMS).filter((status) => status !== 500);
    const operations = Object.values(served.paths).flatMap((path) => Object.entries(path));
    for (const [method, { responses }] of operations) {
      if (method === 'parameters') continue;
      const [success = '', ...failures] = Object.keys(responses);
      expect(['200', '202']).toContain(success);
      expect(failures).toEqual([...new Set(statuses.map(String))].sort());
    }
  });

  it.each([
    '/v1/ice-servers',
    '/v1/regions',
    '/v1/nodes',
    '/v1/decisions/{id}',
    '/v1/nodes/{id}/drain',
    '/v1/nodes/{id}/undrain',
  ])('has the path %s', (path) => {
    expect(Object.keys(served.paths)).toContain(path);
  });

  it('describes what the router answers', async () => {
    const request = { clientIp: CLIENTS.frankfurt, region: { prefer: 'us-east-1' }, count: 2 };
    expect(faultsOf('IceServersRequest', request)).toEqual([]);
    expect(faultsOf('IceServersAnswer', await (await router.ask(request)).json())).toEqual([]);
    expect(faultsOf('IceServersAnswer', await (await router.ask()).json())).toEqual([]);
    expect(faultsOf('Problem', await (await router.ask({ count: 9 })).json())).toEqual([]);
    expect(faultsOf('Regions', await get('/v1/regions'))).toEqual([]);
    expect(faultsOf('Nodes', await get('/v1/nodes'))).toEqual([]);
  });

  it('describes an explanation', async () => {
    const answer = (await (await router.ask()).json()) as IceServersAnswer;
    const path = `/v1/decisions/${answer.placement.decisionId}`;
    await until(async () => JSON.stringify(await get(path)).includes('"verdict"'));
    expect(faultsOf('DecisionExplanation', await get(path))).toEqual([]);
  });

  it('describes plans, which name nodes and instances to keys with the scope admin alone', async () => {
    await router.bus.record(subjectOf.scale('us-east-1'), scale, 'scale-4');
    await until(() => router.view.fleet.regions.get('us-east-1')?.plan !== undefined);
    const [all, counts] = [await get('/v1/regions'), await get('/v1/regions', 'client')];
    expect([faultsOf('Regions', all), faultsOf('Regions', counts)]).toEqual([[], []]);
    expect(JSON.stringify(all)).toContain('i-0abc');
    expect(JSON.stringify(counts)).toContain('"steps":{"drain":1,"undrain":0,"terminate":1}');
    expect(JSON.stringify(counts)).not.toMatch(/i-0abc|"n1"/);
  });

  it('refuses what the router refuses', () => {
    for (const request of [{ count: 9 }, { colour: 'red' }, { transports: [] }, { clientIp: 7 }, []]) {
      expect(faultsOf('IceServersRequest', request)).not.toEqual([]);
    }
  });
});
