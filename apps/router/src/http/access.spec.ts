import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import { problemSchema } from '@spillway/contracts';
import { CLIENTS } from '../testing/fleet.harness.js';
import { bearer, type KeyName } from '../testing/keys.harness.js';
import { startReadyRouter, type RouterOptions, type TestRouter } from '../testing/router.harness.js';

const running: TestRouter[] = [];
async function start(config: RouterOptions['config']): Promise<TestRouter> {
  const router = await startReadyRouter({ config });
  running.push(router);
  return router;
}
afterEach(async () => {
  for (const router of running.splice(0)) await router.stop();
});

/** Where the router takes a client to be that asks through these hops. */
async function regionOf(router: TestRouter, forwardedFor: string): Promise<string> {
  const headers = {
    authorization: bearer('client'),
    'content-type': 'application/json',
    'x-forwarded-for': forwardedFor,
  };
  const response = await router.fetch('/v1/ice-servers', { method: 'POST', headers, body: '{}' });
  const { placement } = (await response.json()) as { placement: { region: string } };
  return placement.region;
}

const UNKNOWN = 'us-east-1';
const FRANKFURT = 'eu-central-1';
const SINGAPORE = 'ap-southeast-1';

/** Without it nothing can listen on `::`. */
const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ family }) => family === 'IPv6'),
);

describe('X-Forwarded-For', () => {
  it('is not believed unless the peer is a listed proxy', async () => {
    const router = await start({});
    expect(await regionOf(router, CLIENTS.frankfurt)).toBe(UNKNOWN);
    const elsewhere = await start({ TRUSTED_PROXIES: ['10.0.0.0/8', '2001:db8:ffff::/48'] });
    expect(await regionOf(elsewhere, CLIENTS.frankfurt)).toBe(UNKNOWN);
  });

  it('is read from right to left, past listed proxies, to the first that is none', async () => {
    const router = await start({ TRUSTED_PROXIES: ['127.0.0.1', '10.0.0.0/8'] });
    expect(await regionOf(router, CLIENTS.frankfurt)).toBe(FRANKFURT);
    expect(await regionOf(router, `${CLIENTS.frankfurt}, 10.1.2.3`)).toBe(FRANKFURT);
    expect(await regionOf(router, `${CLIENTS.frankfurt},10.1.2.3 , 10.255.0.1`)).toBe(FRANKFURT);
    expect(await regionOf(router, `${CLIENTS.singapore}, ${CLIENTS.frankfurt}, 10.1.2.3`)).toBe(FRANKFURT);
    expect(await regionOf(router, `10.9.9.9, ${CLIENTS.singapore}`)).toBe(SINGAPORE);
  });

  it('has v4-mapped IPv6 for the IPv4 address it is', async () => {
    const router = await start({ TRUSTED_PROXIES: ['127.0.0.0/8', '10.0.0.0/8'] });
    expect(await regionOf(router, `${CLIENTS.frankfurt}, ::ffff:10.1.2.3`)).toBe(FRANKFURT);
    expect(await regionOf(router, `::ffff:${CLIENTS.frankfurt}`)).toBe(FRANKFURT);
  });

  it('is believed of a listed proxy whose IPv4 address comes as v4-mapped IPv6', async () => {
    const router = await start({ HTTP_HOST: hasIpv6 ? '::' : '127.0.0.1', TRUSTED_PROXIES: ['127.0.0.1'] });
    expect(await regionOf(router, CLIENTS.frankfurt)).toBe(FRANKFURT);
  });

  it('names IPv6 clients too', async () => {
    const router = await start({ TRUSTED_PROXIES: ['127.0.0.1', 'fd00::/8'] });
    expect(await regionOf(router, `${CLIENTS.frankfurtIpv6}, fd00::1`)).toBe(FRANKFURT);
  });

  it.each([`${CLIENTS.frankfurt}:4711`, `[${CLIENTS.frankfurtIpv6}]:443`, `"[${CLIENTS.frankfurtIpv6}]"`])(
    'is read as proxies write it: %s',
    async (forwardedFor) => {
      const router = await start({ TRUSTED_PROXIES: ['127.0.0.1'] });
      expect(await regionOf(router, forwardedFor)).toBe(FRANKFURT);
    },
  );

  it.each(['', ',', 'unknown', '_hidden', '"', '999.1.1.1', 'fe80::1%br-0', 'x'.repeat(4_000)])(
    'that holds %j leaves the client without a place',
    async (forwardedFor) => {
      const router = await start({ TRUSTED_PROXIES: ['127.0.0.1'] });
      expect(await regionOf(router, forwardedFor)).toBe(UNKNOWN);
    },
  );
});

describe('a limit', () => {
  /** Statuses of `count` requests, one after the other. */
  async function statuses(
    router: TestRouter,
    count: number,
    key: KeyName,
    from = CLIENTS.frankfurt as string,
  ) {
    const headers = { authorization: bearer(key), 'x-forwarded-for': from };
    const responses: Response[] = [];
    for (let i = 0; i < count; i++) {
      responses.push(await router.fetch('/v1/ice-servers', { method: 'POST', headers }));
    }
    return responses.map(({ status }) => status);
  }

  it('on clients answers 429 with the time to wait, and tells clients apart behind a proxy', async () => {
    const router = await start({ RATE_LIMIT_PER_CLIENT: 2, TRUSTED_PROXIES: ['127.0.0.1'] });
    expect(await statuses(router, 3, 'client')).toEqual([200, 200, 429]);
    expect(await statuses(router, 1, 'client', CLIENTS.singapore)).toEqual([200]);
    const headers = { authorization: bearer('client'), 'x-forwarded-for': CLIENTS.frankfurt };
    const refused = await router.fetch('/v1/ice-servers', { method: 'POST', headers });
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(problemSchema.parse(await refused.json())).toMatchObject({ status: 429, code: 'rate-limited' });
  });

  it('on clients cannot be dodged by claiming other addresses where no proxy is listed', async () => {
    const router = await start({ RATE_LIMIT_PER_CLIENT: 1 });
    await statuses(router, 1, 'client', CLIENTS.frankfurt);
    expect(await statuses(router, 1, 'client', CLIENTS.singapore)).toEqual([429]);
  });

  it('on clients does not hold up a server that asks for many', async () => {
    const router = await start({ RATE_LIMIT_PER_CLIENT: 1 });
    expect(await statuses(router, 3, 'server')).toEqual([200, 200, 200]);
  });

  it('on keys holds for a key whoever asks with it, and for no other key', async () => {
    const router = await start({ RATE_LIMIT_PER_KEY: 1 });
    const burst = await Promise.all(Array.from({ length: 20 }, () => router.ask({}, 'server')));
    expect(burst.filter(({ status }) => status === 429).length).toBeGreaterThan(10);
    expect((await router.ask({}, 'operator')).status).toBe(200);
  });

  it('is not spent by whoever guesses keys', async () => {
    const router = await start({ RATE_LIMIT_PER_KEY: 1 });
    const wrong = { method: 'POST', headers: { authorization: 'Bearer wrong' } };
    for (let i = 0; i < 5; i++) expect((await router.fetch('/v1/ice-servers', wrong)).status).toBe(401);
    expect((await router.ask()).status).toBe(200);
  });
});

describe('a browser of another origin', () => {
  it('is let in nowhere', async () => {
    const router = await start({});
    const origin = { origin: 'https://example.org' };
    const preflight = { ...origin, 'access-control-request-method': 'POST' };
    const responses = [
      await router.fetch('/v1/ice-servers', { method: 'OPTIONS', headers: preflight }),
      await router.fetch('/v1/ice-servers', {
        method: 'POST',
        headers: { ...origin, authorization: bearer('client') },
      }),
      await router.fetch('/metrics', { headers: origin }),
    ];
    const names = responses.flatMap(({ headers }) => [...headers.keys()]);
    expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(responses[0]?.ok).toBe(false);
  });
});

describe('a key for this machine only', () => {
  it('is accepted here', async () => {
    const router = await start({});
    expect((await router.ask({}, 'local')).status).toBe(200);
  });

  it.each(['x-forwarded-for', 'forwarded'])(
    'is refused with the header %s: a proxy on this machine is not the client',
    async (header) => {
      const router = await start({});
      expect((await router.ask({}, 'local')).status).toBe(200);
      const headers = {
        authorization: bearer('local'),
        'content-type': 'application/json',
        [header]: 'for=127.0.0.1',
      };
      for (const [path, init] of [
        ['/v1/ice-servers', { method: 'POST', body: '{}' }],
        ['/v1/regions', {}],
      ] as const) {
        expect((await router.fetch(path, { ...init, headers })).status).toBe(401);
      }
    },
  );
});
