import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServiceError } from '@grpc/grpc-js';
import {
  decisionExplanationSchema,
  type DecisionExplanation,
  type IceServersAnswer,
} from '@spillway/contracts';
import { MemoryBus, MemoryLog } from '@spillway/messaging';
import { userHash } from '@spillway/turn';
import { CLIENTS } from '../testing/fleet.harness.js';
import { connectIceClient } from '../testing/grpc.harness.js';
import { bearer, type KeyName } from '../testing/keys.harness.js';
import { startReadyRouter, startTestRouter, type TestRouter } from '../testing/router.harness.js';
import { until } from '../testing/until.harness.js';

const log = new MemoryLog();
let router: TestRouter;
let bus: MemoryBus;
let other: TestRouter;
beforeAll(async () => {
  router = await startReadyRouter({ bus: new MemoryBus(log) });
  bus = new MemoryBus(log);
  other = await startTestRouter({ bus, bootId: 'other', config: { ROUTER_ID: 'router-2' } });
});
afterAll(async () => {
  await Promise.all([router, other].map((each) => each.stop()));
});

/** A decision that is on the log. */
async function decide(body: object = { clientIp: CLIENTS.frankfurt, userId: 'alice' }): Promise<string> {
  const { placement } = (await (await router.ask(body)).json()) as IceServersAnswer;
  await until(async () => (await explain(router, placement.decisionId)).status === 200);
  return placement.decisionId;
}

function explain(from: TestRouter, id: string, key: KeyName = 'operator'): Promise<Response> {
  return from.fetch(`/v1/decisions/${id}`, { headers: { authorization: bearer(key) } });
}

/** Status and code of what cannot be explained. */
async function refusalOf(from: TestRouter, id: string, key?: KeyName): Promise<[number, string]> {
  const response = await explain(from, id, key);
  const { code } = (await response.json()) as { code: string };
  return [response.status, code];
}

describe('GET /v1/decisions/{id}', () => {
  let id: string;
  beforeEach(async () => {
    id = await decide();
  });

  it('says why a client got its node, derived again', async () => {
    const explanation = decisionExplanationSchema.parse(await (await explain(router, id)).json());
    expect(explanation).toMatchObject({
      decision: { id, router: 'router-1', region: 'eu-central-1', nodes: ['eu-central-1-1'] },
      verdict: { kind: 'same' },
      derived: { outcome: { region: 'eu-central-1' }, nodeRule: 'only-one' },
    });
    expect(explanation.decision.asked).toMatchObject({ country: 'DE', lat: 50, user: userHash('alice') });
    expect(explanation.text.join('\n')).toContain('in Germany');
  });

  it('is the same from another router', async () => {
    const answers = await Promise.all([router, other].map(async (each) => (await explain(each, id)).json()));
    expect(answers[1]).toEqual(answers[0]);
  });

  it('has no address and no credential in it', async () => {
    const text = await (await explain(router, id)).text();
    expect(text).not.toMatch(/alice|192\.0\.2|credential/);
  });

  it('is for keys with the scope admin', async () => {
    expect(await refusalOf(router, id, 'server')).toEqual([403, 'missing-scope']);
    expect((await router.fetch(`/v1/decisions/${id}`)).status).toBe(401);
    expect((await explain(router, id, 'watcher')).status).toBe(200);
  });

  it('does not know what was never told, and says what is no id', async () => {
    expect(await refusalOf(router, 'router-1-spec-zzzz')).toEqual([404, 'unknown-decision']);
    expect(await refusalOf(router, 'nobody-else-0')).toEqual([404, 'unknown-decision']);
    expect(await refusalOf(router, 'what')).toEqual([400, 'invalid-field']);
  });

  it('has GET and no other method', async () => {
    const response = await router.fetch(`/v1/decisions/${id}`, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('says that the log cannot be read while the link is down', async () => {
    bus.dropLink();
    expect(await refusalOf(other, id)).toEqual([503, 'log-unavailable']);
    bus.restoreLink();
    expect((await explain(other, id)).status).toBe(200);
  });
});

describe('ExplainDecision', () => {
  it('is the same over gRPC, what is null left out', async () => {
    const id = await decide();
    const client = connectIceClient(router.grpcAddress);
    const json = (await (await explain(router, id)).json()) as DecisionExplanation;
    const answer = await client.explain({ decisionId: id });
    expect(answer).toMatchObject({
      decision: { id, recordedAt: json.decision.recordedAt, asked: { lat: 50, lon: 9 } },
      verdict: { kind: 'same' },
      text: json.text,
    });
    expect(answer.derived?.regions.map(({ obstacle }) => obstacle)).toEqual(
      json.derived?.regions.map(({ obstacle }) => obstacle ?? undefined),
    );
    client.close();
  });

  it('needs the scope admin, and knows what it does not know', async () => {
    const client = connectIceClient(router.grpcAddress);
    const codeOf = async (request: object, key?: KeyName) => {
      const error = (await client.explain(request, key).catch((error: unknown) => error)) as ServiceError;
      return error.metadata.get('spillway-code')[0];
    };
    expect(await codeOf({ decisionId: 'nobody-else-0' })).toBe('unknown-decision');
    expect(await codeOf({ decisionId: 'nobody-else-0' }, 'client')).toBe('missing-scope');
    expect(await codeOf({})).toBe('invalid-field');
    client.close();
  });
});

it('A decision that was told before what there is of the log is gone, and said to be', async () => {
  const early = await decide();
  const { decision } = (await (await explain(router, early)).json()) as DecisionExplanation;
  await decide();
  log.purgeUpTo(decision.recordedAt);
  expect(await refusalOf(router, early)).toEqual([410, 'decision-gone']);
});
