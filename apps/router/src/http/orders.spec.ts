import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { nodeCommandAnswerSchema, problemSchema, type NodeCommandAnswer } from '@spillway/contracts';
import { ProblemError } from '../problem-error.js';
import { AN_ANSWER, startStandIn } from '../testing/autoscaler.harness.js';
import { bearer, type KeyName } from '../testing/keys.harness.js';
import { startReadyRouter, type TestRouter } from '../testing/router.harness.js';

let router: TestRouter;
let standIn: Awaited<ReturnType<typeof startStandIn>>;
beforeAll(async () => {
  router = await startReadyRouter();
});
afterAll(() => router.stop());
afterEach(() => standIn.stop());

const answers = async (answer: NodeCommandAnswer | ProblemError = AN_ANSWER) => {
  standIn = await startStandIn(router.bus, () => answer);
};
const order = (path: string, body?: unknown, key: KeyName = 'operator') =>
  router.fetch(path, {
    method: 'POST',
    headers: {
      authorization: bearer(key),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const refused = async (...args: Parameters<typeof order>) => {
  const response = await order(...args);
  return { ...problemSchema.parse(await response.json()), retryAfter: response.headers.get('retry-after') };
};

describe('POST /v1/nodes/{id}/drain', () => {
  it('asks the autoscaler, tells it whose key it was, and gives its answer', async () => {
    await answers();
    const body = { region: 'us-east-1', deadlineSeconds: 600, reason: 'new kernel' };
    const response = await order('/v1/nodes/us-east-1-1/drain', body);
    expect(response.status).toBe(202);
    expect(nodeCommandAnswerSchema.parse(await response.json())).toEqual(AN_ANSWER);
    expect(standIn.asked).toEqual([
      { command: 'drain', node: 'us-east-1-1', ...body, reason: 'new kernel, by operator' },
    ]);
  });

  it('needs no body', async () => {
    await answers();
    expect((await order('/v1/nodes/us-east-1-1/drain')).status).toBe(202);
    expect(standIn.asked).toEqual([{ command: 'drain', node: 'us-east-1-1', reason: 'by operator' }]);
  });

  it('is for keys with the scope admin', async () => {
    await answers();
    expect(await refused('/v1/nodes/us-east-1-1/drain', {}, 'server')).toMatchObject({ status: 403 });
    expect((await router.fetch('/v1/nodes/us-east-1-1/drain', { method: 'POST' })).status).toBe(401);
    expect((await order('/v1/nodes/us-east-1-1/drain', {}, 'watcher')).status).toBe(202);
    expect(standIn.asked).toHaveLength(1);
  });

  it.each([
    ['id', '/v1/nodes/two%20words/drain', {}],
    ['region', '/v1/nodes/n1/drain', { region: 'a.b' }],
    ['deadlineSeconds', '/v1/nodes/n1/drain', { deadlineSeconds: -1 }],
    ['deadlineSeconds', '/v1/nodes/n1/undrain', { deadlineSeconds: 60 }],
    ['reason', '/v1/nodes/n1/drain', { reason: 'x'.repeat(257) }],
    ['force', '/v1/nodes/n1/drain', { force: true }],
  ])('refuses a bad %s in %s %j without asking', async (field, path, body) => {
    await answers();
    expect(await refused(path, body)).toMatchObject({ status: 400, code: 'invalid-field', field });
    expect(standIn.asked).toEqual([]);
  });

  it('keeps a long reason within what the log takes', async () => {
    await answers();
    expect((await order('/v1/nodes/n1/drain', { reason: 'x'.repeat(256) })).status).toBe(202);
    expect(standIn.asked).toMatchObject([{ reason: expect.stringMatching(/^x{243}, by operator$/) }]);
  });

  it.each([
    ['not-found', 404, undefined],
    ['invalid-field', 400, 'region'],
    ['no-autoscaler', 503, undefined],
  ] as const)('hands on what the autoscaler refuses for %s', async (code, status, field) => {
    await answers(new ProblemError(code, `because of ${code}`, field));
    expect(await refused('/v1/nodes/n9/drain')).toMatchObject({ status, code, detail: `because of ${code}` });
  });

  it('tells other methods what there is', async () => {
    await answers();
    const response = await router.fetch('/v1/nodes/n1/drain');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await router.fetch('/v1/nodes/n1/reboot', { method: 'POST' })).status).toBe(404);
  });
});

describe('POST /v1/nodes/{id}/undrain', () => {
  it('asks for the opposite', async () => {
    await answers();
    expect((await order('/v1/nodes/us-east-1-1/undrain', { region: 'us-east-1' })).status).toBe(202);
    expect(standIn.asked).toMatchObject([{ command: 'undrain', node: 'us-east-1-1', region: 'us-east-1' }]);
  });
});

describe('an order without an autoscaler', () => {
  it('is refused, and told what to do', async () => {
    await answers();
    await standIn.stop();
    expect(await refused('/v1/nodes/us-east-1-1/drain')).toMatchObject({
      status: 503,
      code: 'no-autoscaler',
      detail: expect.stringContaining('start one'),
      retryAfter: '10',
    });
  });

  it('whose answer makes no sense is the fault of nobody outside', async () => {
    await answers({ ...AN_ANSWER, commandId: 'two words' });
    expect(await refused('/v1/nodes/us-east-1-1/drain')).toMatchObject({ status: 500, code: 'internal' });
  });
});
