import { afterEach, describe, expect, it } from '@jest/globals';
import type { IceServersAnswer } from '@spillway/contracts';
import { startFakeRouter, type FakeRouter } from '../testing/fake-router.js';
import { spillway } from '../testing/spillway.js';

const answer: IceServersAnswer = {
  iceServers: [
    {
      urls: ['turn:203.0.113.10:3478?transport=udp', 'turn:203.0.113.10:3478?transport=tcp'],
      username: '1795342200:alice',
      credential: 'c2VjcmV0',
    },
    { urls: ['stun:203.0.113.10:3478'] },
  ],
  ttlSeconds: 600,
  expiresAt: '2026-11-22T10:10:00Z',
  placement: {
    decisionId: 'r1-b1-1',
    region: 'eu-central-1',
    nodes: ['euc1-a1'],
    nearestRegion: 'eu-central-1',
    reason: 'nearest',
  },
};

describe('spillway ice', () => {
  let router: FakeRouter | undefined;
  afterEach(() => router?.close());

  it('shows where a client is served, why, and with what', async () => {
    const url = await serve(200, answer);
    const { exitCode, out } = await spillway('ice', '--url', url);
    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      'region      eu-central-1: the nearest that has room',
      'nodes       euc1-a1',
      'valid until 2026-11-22T10:10:00Z (600 s)',
      'decision    r1-b1-1',
      'urls        turn:203.0.113.10:3478?transport=udp',
      '            turn:203.0.113.10:3478?transport=tcp',
      'username    1795342200:alice',
      'credential  c2VjcmV0',
      'urls        stun:203.0.113.10:3478',
      '',
    ]);
  });

  it.each([
    ['spillover', 'us-east-1', 'us-east-1 is nearer but full'],
    ['required', 'us-east-1', 'required by the request'],
    ['preferred', 'us-east-1', 'preferred by the request'],
    ['fallback', 'us-east-1', 'us-east-1 cannot serve'],
    ['fallback', null, 'the location of the client is unknown'],
  ] as const)('explains the reason %s (nearest: %s)', async (reason, nearestRegion, why) => {
    const url = await serve(200, { ...answer, placement: { ...answer.placement, reason, nearestRegion } });
    expect((await spillway('ice', '--url', url)).out).toContain(`region      eu-central-1: ${why}\n`);
  });

  it('asks for what its options say, with the key', async () => {
    const url = await serve(200, answer);
    const options =
      '--key demo --ip 2001:db8::1 --user alice --region us-east-1 --require us-east-1,eu-central-1 ' +
      '--count 2 --ttl 60 --transports udp,tls';
    await spillway('ice', '--url', url, ...options.split(' '));
    expect(router?.asked?.headers).toMatchObject({
      authorization: 'Bearer demo',
      'content-type': 'application/json',
    });
    expect(router?.asked?.body).toEqual({
      clientIp: '2001:db8::1',
      userId: 'alice',
      region: { prefer: 'us-east-1', require: ['us-east-1', 'eu-central-1'] },
      count: 2,
      ttlSeconds: 60,
      transports: ['udp', 'tls'],
    });
  });

  it('asks for nothing where there are no options', async () => {
    await spillway('ice', '--url', await serve(200, answer));
    expect(router?.asked?.body).toEqual({});
    expect(router?.asked?.headers['authorization']).toBeUndefined();
  });

  it("prints the router's answer as it is with --json", async () => {
    const { out } = await spillway('ice', '--json', '--url', await serve(200, answer));
    expect(JSON.parse(out)).toEqual(answer);
  });

  it.each([
    [['--ip', 'localhost'], /^spillway: --ip: must be an IPv4 or IPv6 address\n$/],
    [['--count', '9'], /^spillway: --count: .*<=3\n$/],
    [['--count', 'two'], /--count <n>.* It must be a whole number/],
    [['--ttl', '0'], /^spillway: --ttl: /],
    [['--transports', 'udp,sctp'], /^spillway: --transports: .*"udp"\|"tcp"\|"tls"\n$/],
    [['--require', 'us east'], /^spillway: --require: must be 1 to 64 of the characters/],
  ])('refuses %j with one line that names the option', async (args, problem) => {
    const { exitCode, out, err } = await spillway('ice', ...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(problem);
  });

  it.each([
    [['--url', '127.0.0.1:8080'], /^spillway: --url or SPILLWAY_URL: "127.0.0.1:8080" is no URL such as/],
    [['--require', ''], /--require .* at least one/],
    [['--key', 'schlüssel'], /^spillway: --key or SPILLWAY_API_KEY has characters/],
    [['--key', 'a\nb'], /^spillway: --key or SPILLWAY_API_KEY has characters/],
  ])('refuses %j with one line', async (args, problem) => {
    const { exitCode, out, err } = await spillway('ice', ...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(problem);
    expect(err.trimEnd()).not.toContain('\n');
  });

  it("says the router's own words when it refuses, and what to do about the key", async () => {
    const problem = { type: 't', title: 'x', status: 401, detail: 'The key is not known', code: 'wrong-key' };
    const { exitCode, err } = await spillway('ice', '--url', await serve(401, problem));
    expect(exitCode).toBe(1);
    expect(err).toBe(
      'spillway: the router refused (wrong-key): The key is not known; give another with --key or SPILLWAY_API_KEY\n',
    );
  });

  it.each([
    [200, { ok: true }, 'something else'],
    [502, 'Bad Gateway', 'status 502'],
  ])('does not take what some other server answers for an answer (%d %j)', async (status, body, problem) => {
    expect(await spillway('ice', '--url', await serve(status, body))).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining(problem),
    });
  });

  async function serve(status: number, body: unknown): Promise<string> {
    router = await startFakeRouter({ '/v1/ice-servers': body }, status);
    return router.url;
  }
});
