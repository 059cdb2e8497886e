import { describe, expect, it } from '@jest/globals';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { iceServersAnswerSchema, type IceServersAnswer } from '@spillway/contracts';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import type { Scope } from '@spillway/contracts';
import type { Principal } from '../auth/api-keys.js';
import { FleetView } from '../fleet/fleet-view.js';
import { aFleet, CLIENTS, locator, MASTER_SECRET } from '../testing/fleet.harness.js';
import type { Decision, RefusedRequest } from './decision.js';
import { IceServersService } from './ice-servers.service.js';
import { NodeSecrets } from './node-secrets.js';

const NOW = Date.UTC(2026, 10, 22, 10, 0, 0, 999);

interface Stage {
  service: IceServersService;
  view: FleetView;
  issued: Decision[];
  refused: RefusedRequest[];
  ask: (body?: unknown, from?: Asker) => IceServersAnswer;
}

interface Asker {
  readonly scopes?: Scope[];
  readonly address?: string;
}

/** A service whose view holds `fleet`; without one it holds nothing and is not whole. */
function setStage(fleet: ReturnType<typeof aHeartbeat>[] | undefined = aFleet(), policy = aPolicy()): Stage {
  const view = new FleetView('boot', () => 0);
  view.setLink('up');
  let position = 0;
  if (fleet) {
    view.fold({ position: ++position, at: NOW, event: { kind: 'policy', policy } });
    for (const heartbeat of fleet) {
      view.fold({ position: ++position, at: NOW, event: { kind: 'heartbeat', heartbeat } });
    }
    view.needUpTo(position);
  }
  const issued: Decision[] = [];
  const refused: RefusedRequest[] = [];
  const service = new IceServersService({
    view,
    locator,
    secrets: new NodeSecrets(MASTER_SECRET),
    issued: { add: (record) => void issued.push(record), refuse: (record) => void refused.push(record) },
    routerId: 'router-1',
    bootId: 'boot',
    now: () => NOW,
  });
  const ask = (body: unknown = {}, { scopes = ['issue', 'on-behalf'], address }: Asker = {}) => {
    const principal: Principal = { name: 'spec', scopes: new Set(scopes) };
    return service.answer(body, { principal, address });
  };
  return { service, view, issued, refused, ask };
}

const problem = (expected: object) => expect.objectContaining(expected);
const turnServers = ({ iceServers }: IceServersAnswer) =>
  iceServers.filter(({ username }) => username !== undefined);

describe('an answer', () => {
  it('is what the schema of the contracts says', () => {
    const answer = setStage().ask({ clientIp: CLIENTS.frankfurt, userId: 'alice' });
    expect(iceServersAnswerSchema.parse(answer)).toEqual(answer);
    expect(answer.placement).toEqual({
      decisionId: 'router-1-boot-0',
      region: 'eu-central-1',
      nodes: ['eu-central-1-1'],
      nearestRegion: 'eu-central-1',
      reason: 'nearest',
    });
  });

  it('carries the credential that an independent HMAC over the secret of the node gives', () => {
    const answer = setStage([aHeartbeat({ region: 'eu-central-1', nodeId: 'euc1-a1', secretEpoch: 7 })]).ask({
      userId: 'alice',
      ttlSeconds: 60,
    });
    const [server] = turnServers(answer);
    const secret = Buffer.from(hkdfSync('sha256', MASTER_SECRET, 'euc1-a1', 'spillway/turn/7', 32));
    const hmac = createHmac('sha1', secret.toString('base64url')).update('1795341660:alice').digest('base64');
    expect(server).toMatchObject({ username: '1795341660:alice', credential: hmac });
  });

  it('says the same expiry in expiresAt and in every user name', () => {
    const fleet = ['a', 'b', 'c'].map((zone) => aHeartbeat({ nodeId: `n-${zone}`, zone }));
    const answer = setStage(fleet).ask({ count: 3, ttlSeconds: 120 });
    expect(answer).toMatchObject({ expiresAt: '2026-11-22T10:02:00Z', ttlSeconds: 120 });
    const expiries = turnServers(answer).map(({ username }) => Number(username?.split(':')[0]));
    expect(expiries).toEqual(Array(3).fill(Date.parse(answer.expiresAt) / 1000));
  });

  it('is credited to the decision where the client has no name', () => {
    const answer = setStage().ask();
    expect(turnServers(answer)[0]?.username).toBe(`1795342200:${answer.placement.decisionId}`);
  });

  it('prefers userId to sessionId for the name of the client', () => {
    const { ask } = setStage();
    expect(turnServers(ask({ sessionId: 's-1' }))[0]?.username).toBe('1795342200:s-1');
    expect(turnServers(ask({ sessionId: 's-1', userId: 'u-1' }))[0]?.username).toBe('1795342200:u-1');
  });

  it.each(['two words', 'a:b', 'x"y', 'Zoë', 'union_select', 'x'.repeat(65)])(
    'replaces the user name %j, which a relay would refuse, by a hash of it',
    (userId) => {
      const hash = createHash('sha256').update(userId).digest('hex').slice(0, 16);
      expect(turnServers(setStage().ask({ userId }))[0]?.username).toBe(`1795342200:u-${hash}`);
    },
  );

  it('has a STUN entry of the first node, without credentials, when the client can use UDP', () => {
    const { ask } = setStage();
    expect(ask().iceServers.at(-1)).toEqual({ urls: ['stun:203.0.113.10:3478'] });
    expect(ask({ transports: ['udp'] }).iceServers).toHaveLength(2);
    expect(ask({ transports: ['tcp', 'tls'] }).iceServers).toHaveLength(1);
  });

  it('gives an IPv6 client the IPv6 addresses of a node that has both', () => {
    const urls = ['turn:203.0.113.10:3478?transport=udp', 'turn:[2001:db8::10]:3478?transport=udp'];
    const { ask } = setStage([aHeartbeat({ urls })]);
    const urlsFor = (body: object, from?: Asker) => ask(body, from).iceServers.map(({ urls: [url] }) => url);
    const ipv6 = [urls[1], 'stun:[2001:db8::10]:3478'];
    const ipv4 = [urls[0], 'stun:203.0.113.10:3478'];
    expect(urlsFor({ clientIp: CLIENTS.frankfurtIpv6 })).toEqual(ipv6);
    expect(urlsFor({}, { address: CLIENTS.frankfurtIpv6 })).toEqual(ipv6);
    expect(urlsFor({ clientIp: CLIENTS.frankfurt })).toEqual(ipv4);
    expect(urlsFor({ clientIp: '::ffff:192.0.2.1' })).toEqual(ipv4);
    expect(urlsFor({ clientIp: '::FFFF:192.0.2.1' })).toEqual(ipv4);
  });

  it('stays under five URLs however many nodes it names, the first with the most', () => {
    const urls = [
      'turn:203.0.113.10:3478?transport=udp',
      'turn:203.0.113.10:3478?transport=tcp',
      'turns:relay.example.org:443?transport=tcp',
    ];
    const fleet = ['a', 'b', 'c'].map((zone) => aHeartbeat({ nodeId: `n-${zone}`, zone, urls }));
    const counts = [1, 2, 3].map((count) => {
      const answer = setStage(fleet).ask({ count });
      return answer.iceServers.map(({ urls }) => urls.length);
    });
    expect(counts).toEqual([
      [3, 1],
      [2, 1, 1],
      [1, 1, 1, 1],
    ]);
  });

  it('is made for where the request says the client is, else for where it comes from', () => {
    const { ask } = setStage();
    const region = (body: object, address?: string) =>
      ask(body, address === undefined ? {} : { address }).placement.region;
    expect(region({}, CLIENTS.singapore)).toBe('ap-southeast-1');
    expect(region({ clientIp: CLIENTS.frankfurt }, CLIENTS.singapore)).toBe('eu-central-1');
  });

  it('says fallback and the default region for a client nobody knows the place of', () => {
    const { placement } = setStage().ask({ clientIp: '10.0.0.1' });
    expect(placement).toMatchObject({ region: 'us-east-1', nearestRegion: null, reason: 'fallback' });
  });

  it('is recorded and reserved at once, with what it follows from: of the address no more than the place', () => {
    const { ask, issued, view } = setStage();
    const request = { transports: ['udp'], count: 2, region: { prefer: 'eu-central-1' } };
    const { placement } = ask({ clientIp: CLIENTS.frankfurt, userId: 'alice', ...request });
    const { decisionId: _id, ...record } = placement;
    const place = { country: 'DE', continent: 'EU', lat: 50, lon: 9 };
    const asked = { ...place, transports: ['udp'], count: 2, prefer: 'eu-central-1' };
    expect(issued).toEqual([{ n: 0, atMs: NOW, position: 4, asked, user: 'alice', ...record }]);
    expect(view.fleet.node('eu-central-1', 'eu-central-1-1')?.reservations).toBe(1);
  });

  it('has an id of its own, one after the other', () => {
    const { ask } = setStage();
    const ids = Array.from({ length: 40 }, () => ask().placement.decisionId);
    expect(new Set(ids).size).toBe(40);
    expect(ids.at(-1)).toBe('router-1-boot-13');
  });
});

describe('a lifetime', () => {
  const policy = aPolicy({ ttlSeconds: { default: 300, min: 100, max: 1_000 } });

  it.each([
    [undefined, 300],
    [100, 100],
    [1_000, 1_000],
  ])('of %j seconds asked for becomes %i', (ttlSeconds, expected) => {
    expect(setStage(aFleet(), policy).ask({ ttlSeconds }).ttlSeconds).toBe(expected);
  });

  it.each([99, 1_001, 604_800])(
    'of %i is refused with the field and the bounds of the policy',
    (ttlSeconds) => {
      const { ask } = setStage(aFleet(), policy);
      const refusal = problem({ code: 'invalid-field', status: 400, field: 'ttlSeconds' });
      expect(() => ask({ ttlSeconds })).toThrow(refusal);
      expect(() => ask({ ttlSeconds })).toThrow('from 100 to 1000');
    },
  );
});

describe('what a key may ask', () => {
  it.each([
    ['issue', {}, undefined, ['on-behalf']],
    ['on-behalf', { clientIp: CLIENTS.frankfurt }, 'clientIp', ['issue']],
    ['on-behalf', { region: { require: ['us-east-1'] } }, 'region.require', ['issue']],
    ['on-behalf', { region: { require: ['us-east-1'] } }, 'region.require', ['issue', 'admin']],
  ] as const)('needs the scope %s for %j', (_scope, body, field, scopes) => {
    const refusal = problem({ code: 'missing-scope', status: 403, field });
    expect(() => setStage().ask(body, { scopes: [...scopes] })).toThrow(refusal);
  });

  it('needs no more than issue for wishes that loosen nothing', () => {
    const body = { region: { prefer: 'ap-southeast-1' }, ttlSeconds: 100, count: 2, transports: ['udp'] };
    expect(setStage().ask(body, { scopes: ['issue'] }).placement).toMatchObject({
      region: 'ap-southeast-1',
      reason: 'preferred',
    });
  });
});

describe('a refusal', () => {
  it('says not-ready, and when to ask again, while the log has not been read', () => {
    const refusal = problem({ code: 'not-ready', status: 503, retryAfterSeconds: 2 });
    expect(() => setStage([], undefined).view && unready().ask()).toThrow(refusal);
  });

  it('names what is wrong with a request even while the view is not whole', () => {
    expect(() => unready().ask({ count: 0 })).toThrow(problem({ field: 'count' }));
  });

  it('says requirement-unmet where only others have room, and never serves from them', () => {
    const fleet = aFleet().filter(({ region }) => region !== 'eu-central-1');
    const { ask, issued, refused } = setStage(fleet);
    const refusal = problem({ code: 'requirement-unmet', status: 422, field: 'region.require' });
    expect(() => ask({ region: { require: ['eu-central-1', 'mars-1'] } })).toThrow(refusal);
    expect(issued).toEqual([]);
    const asked = { require: ['eu-central-1', 'mars-1'] };
    expect(refused).toEqual([{ atMs: NOW, position: 3, asked, code: 'requirement-unmet' }]);
  });

  it('says no-capacity with the time to ask again where no node is usable', () => {
    const { ask } = setStage(aFleet({ state: 'draining' }));
    expect(() => ask()).toThrow(problem({ code: 'no-capacity', status: 503, retryAfterSeconds: 2 }));
  });

  it('names the transports where nodes are usable but none offers a wanted one', () => {
    const refusal = problem({ code: 'requirement-unmet', field: 'transports' });
    expect(() => setStage().ask({ transports: ['tls'] })).toThrow(refusal);
  });

  it('names a preferred region that does not exist', () => {
    const refusal = problem({ code: 'invalid-field', field: 'region.prefer' });
    expect(() => setStage().ask({ region: { prefer: 'mars-1' } })).toThrow(refusal);
    expect(() => setStage().ask({ region: { prefer: 'constructor' } })).toThrow(refusal);
  });
});

/** A service that has read nothing yet. */
function unready(): Pick<Stage, 'ask'> {
  const view = new FleetView('boot', () => 0);
  const service = new IceServersService({
    view,
    locator,
    secrets: new NodeSecrets(MASTER_SECRET),
    issued: { add: () => {}, refuse: () => {} },
    routerId: 'router-1',
    bootId: 'boot',
  });
  const principal: Principal = { name: 'spec', scopes: new Set(['issue', 'on-behalf']) };
  return { ask: (body: unknown = {}) => service.answer(body, { principal, address: undefined }) };
}
