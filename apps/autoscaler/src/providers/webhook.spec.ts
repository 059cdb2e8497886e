import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeProvider } from './provider.conformance.js';
import type { SettingsOf } from './provider-definition.js';
import type { Group } from './provider.js';
import { ExampleReceiver, ScriptedReceiver, SECRET } from './webhook.harness.js';
import { webhook } from './webhook.js';
import { signatureOf } from './webhook/signature.js';
import { WebhookProvider } from './webhook/webhook-provider.js';

const region = 'eu-central-1';
const config = { NATS_URL: '', WEBHOOK_SECRET: SECRET, WEBHOOK_TIMEOUT_MS: 5_000 };

describeProvider('webhook with the receiver of the guide', ['unknown', 'silence'], async () => {
  const receiver = await ExampleReceiver.start(region);
  const settings = { kind: 'webhook', url: receiver.url } as const;
  const count = webhook.create(config);
  return {
    settings,
    region,
    create: () => webhook.create(config),
    // Machines are numbered; one more tells how many there were.
    started: async () => {
      const group = { region, settings, fence: { generation: 9, revision: 9 } };
      const signal = AbortSignal.timeout(5_000);
      const { instances } = await count.inventory(group, signal);
      await count.grow(group, instances.length + 1, signal);
      const after = (await count.inventory(group, signal)).instances;
      return Number(after.at(-1)?.instanceId.replace('machine-', '')) - 1;
    },
    settle: async () => {},
    unknown: { settings, region: 'nowhere-1' },
    silence: async () => receiver.halt(),
    stop: () => receiver.stop(),
  };
});

describe('the receiver of the guide', () => {
  let receiver: ExampleReceiver;
  beforeEach(async () => {
    receiver = await ExampleReceiver.start(region);
  });
  afterEach(() => receiver.stop());
  const groupOf = (generation: number, revision: number): Group<SettingsOf<'webhook'>> => {
    return { region, settings: { kind: 'webhook', url: receiver.url }, fence: { generation, revision } };
  };
  const signal = () => AbortSignal.timeout(10_000);

  it('refuses a plan that is older than one it has begun', async () => {
    const provider = webhook.create(config);
    await provider.grow(groupOf(2, 7), 2, signal());
    for (const stale of [groupOf(2, 6), groupOf(1, 8)]) {
      const refused = { code: 'stale-plan', isRetryable: false };
      await expect(provider.grow(stale, 5, signal())).rejects.toMatchObject(refused);
      await expect(provider.end(stale, ['machine-1'], 1, signal())).rejects.toMatchObject(refused);
    }
    expect((await provider.inventory(groupOf(1, 1), signal())).instances).toHaveLength(2);
  });

  it('refuses what is signed with another secret, and lives on whatever the signature is', async () => {
    const other = webhook.create({ ...config, WEBHOOK_SECRET: 'not-the-secret-of-it' });
    await expect(other.grow(groupOf(1, 1), 2, signal())).rejects.toMatchObject({
      code: 'not-permitted',
      remedy: expect.stringContaining('WEBHOOK_SECRET'),
    });
    for (const signature of ['', 't=1,v1=', `t=${Date.now() / 1000},v1=${'z'.repeat(64)}`]) {
      const response = await fetch(receiver.url, { headers: { 'spillway-signature': signature } });
      expect(response.status).toBe(401);
    }
    expect(await webhook.create(config).inventory(groupOf(1, 1), signal())).toEqual({ instances: [] });
  });

  it('refuses what was recorded long ago', async () => {
    const longAgo = signatureOf(SECRET, '/fleet?region=eu-central-1', Math.floor(Date.now() / 1000) - 3600);
    const url = `${receiver.url}?region=eu-central-1`;
    expect((await fetch(url, { headers: { 'spillway-signature': longAgo } })).status).toBe(401);
  });
});

describe('webhook', () => {
  let receiver: ScriptedReceiver;
  let url: string;
  beforeEach(async () => {
    receiver = new ScriptedReceiver();
    url = await receiver.listen();
  });
  afterEach(() => receiver.close());

  const provider = (timeoutMs = 5_000) =>
    new WebhookProvider(() => ({ secret: SECRET, timeoutMs, backoffMs: 1 }));
  const group = (): Group<SettingsOf<'webhook'>> => {
    return { region, settings: { kind: 'webhook', url }, fence: { generation: 3, revision: 12 } };
  };
  const signal = () => AbortSignal.timeout(10_000);

  it('signs as openssl does', () => {
    // printf '1700000000.{"action":"grow"}' | openssl dgst -sha256 -hmac a-shared-secret-of-specs
    expect(signatureOf(SECRET, '{"action":"grow"}', 1_700_000_000)).toBe(
      't=1700000000,v1=8697db2de3c74b40d0e9cc507e800bffaac5089ca8244118c5e4756e7047dbe9',
    );
  });

  it('says what shall be, by which plan, and signs it', async () => {
    await provider().end(group(), ['a', 'b'], 4, signal());
    const { method, url: target, headers, body = '' } = receiver.received[0] ?? {};
    expect([method, target]).toEqual(['POST', '/fleet?team=media']);
    const { id, ...rest } = JSON.parse(body) as { id: string };
    expect(rest).toEqual({
      action: 'end',
      region,
      instanceIds: ['a', 'b'],
      desired: 4,
      generation: 3,
      revision: 12,
    });
    expect(headers).toMatchObject({ 'idempotency-key': id, 'content-type': 'application/json' });
    const signature = String(headers?.['spillway-signature']);
    const at = /^t=(\d+),/.exec(signature)?.[1];
    const mac = createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex');
    expect(signature).toBe(`t=${at},v1=${mac}`);
  });

  it('signs path and query where there is no body', async () => {
    receiver.answers = [{ status: 200, body: '{"instances":[{"instanceId":"a","phase":"booting"}]}' }];
    expect(await provider().inventory(group(), signal())).toEqual({
      instances: [{ instanceId: 'a', phase: 'booting' }],
    });
    const { url: target = '', headers } = receiver.received[0] ?? {};
    expect(target).toBe('/fleet?team=media&region=eu-central-1');
    const signature = String(headers?.['spillway-signature']);
    expect(signature).toBe(signatureOf(SECRET, target, Number(/\d+/.exec(signature))));
  });

  it('gives the same step of the same plan the same key, and another one to another step, plan or leader', async () => {
    const { generation, revision } = group().fence;
    const underFence = (fence: Group['fence'], desired = 2) =>
      provider().grow({ ...group(), fence }, desired, signal());
    await underFence({ generation, revision });
    await underFence({ generation, revision });
    await underFence({ generation, revision }, 3);
    await underFence({ generation, revision: revision + 1 });
    // A receiver that answers a known key from memory would not learn of the generation that fences the last leader.
    await underFence({ generation: generation + 1, revision });
    const [first, again, ...others] = receiver.received.map(({ headers }) => headers['idempotency-key']);
    expect(again).toBe(first);
    expect(new Set([first, ...others]).size).toBe(4);
  });

  it.each([500, 503, 429, 408])('tries again after %d, with the same key', async (status) => {
    receiver.answers = [{ status }, { status }, { status: 202 }];
    await provider().grow(group(), 2, signal());
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('waits as long as it is asked to', async () => {
    receiver.answers = [{ status: 429, headers: { 'retry-after': '1' } }, { status: 202 }];
    const started = performance.now();
    await provider().grow(group(), 2, signal());
    expect(performance.now() - started).toBeGreaterThanOrEqual(1000);
  });

  it('leaves it to a later plan when it is asked to wait for long', async () => {
    receiver.answers = [{ status: 503, headers: { 'retry-after': '3600' } }];
    await expect(provider().grow(group(), 2, signal())).rejects.toMatchObject({ code: 'unavailable' });
    expect(receiver.received).toHaveLength(1);
  });

  it('gives up after four attempts', async () => {
    receiver.answers = [{ status: 500, body: 'out of order' }];
    await expect(provider().grow(group(), 2, signal())).rejects.toMatchObject({
      code: 'unavailable',
      isRetryable: true,
      message: expect.stringContaining('answers 500.'),
    });
    expect(receiver.received).toHaveLength(4);
  });

  it('keeps what the receiver says out of the message, which goes onto the log of all', async () => {
    receiver.answers = [{ status: 400, body: 'no such team; token=hunter2' }];
    const error = await provider()
      .grow(group(), 2, signal())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.not.stringContaining('hunter2') });
    expect(String(error)).toContain('no such team');
    expect(String(error)).not.toContain('hunter2');
  });

  it('gives every attempt a time of its own', async () => {
    receiver.answers = [{ status: 0, isSilent: true }, { status: 202 }];
    await provider(100).grow(group(), 2, signal());
    expect(receiver.received).toHaveLength(2);
  });

  it('says that nobody is there', async () => {
    receiver.close();
    await expect(provider().grow(group(), 2, signal())).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    [409, 'stale-plan'],
    [400, 'refused'],
    [403, 'not-permitted'],
    [302, 'refused'],
  ])('does not try again after %d, which is %s', async (status, code) => {
    receiver.answers = [{ status, headers: { location: 'http://127.0.0.1:1/' } }];
    await expect(provider().grow(group(), 2, signal())).rejects.toMatchObject({ code, isRetryable: false });
    expect(receiver.received).toHaveLength(1);
  });

  it.each(['', '[]', '{"instances":[{"instanceId":"a","phase":"up"}]}'])(
    'refuses an inventory it does not understand: %s',
    async (body) => {
      receiver.answers = [{ status: 200, body }];
      await expect(provider().inventory(group(), signal())).rejects.toMatchObject({
        code: 'refused',
        remedy: expect.stringContaining('"phase"'),
      });
    },
  );

  it('says nothing of the query of an address, which may hold a token', async () => {
    receiver.answers = [{ status: 400 }];
    const error = await provider()
      .grow(group(), 2, signal())
      .catch((thrown: unknown) => String(thrown));
    expect(error).not.toContain('team=media');
  });

  it('does nothing without its secret, and names it', async () => {
    const unsigned = webhook.create({ NATS_URL: '', WEBHOOK_TIMEOUT_MS: 5_000 });
    await expect(unsigned.grow(group(), 2, signal())).rejects.toMatchObject({
      code: 'misconfigured',
      remedy: expect.stringContaining('WEBHOOK_SECRET_FILE'),
    });
    expect(receiver.received).toEqual([]);
  });
});
