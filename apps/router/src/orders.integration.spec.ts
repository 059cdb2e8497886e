import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { NatsBus } from '@spillway/messaging';
import { aPolicy, describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { ProblemError } from './problem-error.js';
import { AN_ANSWER, startStandIn } from './testing/autoscaler.harness.js';
import { bearer } from './testing/keys.harness.js';
import { startReadyRouter, type TestRouter } from './testing/router.harness.js';
import { until } from './testing/until.harness.js';

describeWith(['nats-server'], 'an order to a node, with a real nats-server', () => {
  let nats: StartedNats;
  let autoscalers: NatsBus;
  let router: TestRouter;

  beforeAll(async () => {
    nats = await startNats();
    autoscalers = NatsBus.connect({ servers: nats.url, name: 'stand-in' });
    const bus = NatsBus.connect({ servers: nats.url, name: 'router' });
    router = await startReadyRouter({ bus, policy: aPolicy() });
  });
  afterAll(async () => {
    await router.stop();
    await autoscalers.close();
    await nats.stop();
  });

  const drain = () => {
    const init = { method: 'POST', headers: { authorization: bearer('operator') } };
    return router.fetch('/v1/nodes/us-east-1-1/drain', init);
  };
  const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

  it('is refused while nobody answers', async () => {
    const response = await drain();
    expect([response.status, await codeOf(response)]).toEqual([503, 'no-autoscaler']);
  });

  it('is answered by the autoscaler, and so is its refusal', async () => {
    let answer: typeof AN_ANSWER | ProblemError = AN_ANSWER;
    const standIn = await startStandIn(autoscalers, () => answer);
    await until(async () => (await drain()).status === 202);
    expect(await (await drain()).json()).toEqual(AN_ANSWER);
    answer = new ProblemError('not-found', 'No node us-east-1-1 is known anywhere');
    const response = await drain();
    expect([response.status, await codeOf(response)]).toEqual([404, 'not-found']);
    await standIn.stop();
  });

  it('is refused while NATS is away', async () => {
    await nats.kill();
    await until(() => router.bus.link === 'down');
    const response = await drain();
    expect([response.status, await codeOf(response)]).toEqual([503, 'no-autoscaler']);
  });
});
