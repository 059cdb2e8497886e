import { describe, expect, it } from '@jest/globals';
import { policyDocumentSchema } from './policy.js';

const REGION = 'eu-west-1';
const parse = (scaling: object) =>
  policyDocumentSchema.safeParse({
    revision: '1',
    defaultRegion: REGION,
    regions: { [REGION]: { scaling } },
  });

/** What is wrong, as `path: message`; paths begin in the region's `scaling`. */
const problems = (scaling: object) =>
  (parse(scaling).error?.issues ?? []).map(({ path, message }) => `${path.slice(3).join('.')}: ${message}`);
const provider = (settings: object) => problems({ max: 5, provider: settings });

describe('the scaling of a region', () => {
  it('is nobody’s unless a provider is named', () => {
    const scaling = parse({}).data?.regions[REGION]?.scaling;
    expect(scaling).toMatchObject({
      provider: { kind: 'none' },
      min: 1,
      max: 0,
      dryRun: false,
      schedule: [],
    });
  });

  it.each([
    [{ provider: { kind: 'process' } }],
    [{ provider: { kind: 'process' }, min: 3, max: 2 }],
    [{ min: 3, max: 2 }],
  ])('with %j does not say how many nodes there may be', (scaling) => {
    expect(problems(scaling)).toEqual([expect.stringMatching(/^max: must say how many .*here \d$/)]);
  });

  it('may be planned for without a provider', () => {
    expect(problems({ min: 2, max: 4 })).toEqual([]);
  });

  it('raises its minimum at times, to its maximum at most', () => {
    const window = { days: ['mon', 'fri'], from: '22:00', to: '06:00', timeZone: 'Asia/Kolkata', min: 4 };
    const max4 = { provider: { kind: 'process' }, max: 4 };
    expect(problems({ ...max4, schedule: [window] })).toEqual([]);
    expect(problems({ ...max4, schedule: [window, { ...window, min: 5 }] })).toEqual([
      'schedule.1.min: must be at most max, here 4',
    ]);
  });

  it.each([
    ['from', '24:00'],
    ['to', '7:30'],
    ['timeZone', 'Berlin'],
    ['days', []],
    ['days', ['monday']],
    ['min', -1],
  ])('refuses a window whose %s is %j', (member, value) => {
    const window = { from: '08:00', to: '18:00', timeZone: 'Europe/Berlin', min: 1, [member]: value };
    expect(problems({ max: 4, schedule: [window] })).toEqual([
      expect.stringMatching(new RegExp(`^schedule\\.0\\.${member}`)),
    ]);
  });
});

describe('a provider', () => {
  it.each([
    [{ kind: 'none' }],
    [{ kind: 'process' }],
    [{ kind: 'docker', image: 'registry.example.org/relay:4.17.1', env: { MASTER_SECRET_FILE: '/run/s' } }],
    [
      {
        kind: 'docker',
        image: 'relay',
        env: { NATS_CREDENTIALS: '/run/node.creds', NATS_CA: '/run/ca.pem' },
      },
    ],
    [{ kind: 'docker', image: 'relay', env: { NATS_URL: 'tls://a:4222,tls://b:4222', CONTACT: 'a@b.org' } }],
    [{ kind: 'aws-asg', group: 'turn-eu-west-1', lifecycleHook: 'drain' }],
    [{ kind: 'kubernetes', namespace: 'turn', name: 'relay', selector: 'app=relay' }],
    [{ kind: 'webhook', url: 'https://fleet.example.org/scale?region=eu' }],
    [{ kind: 'webhook', url: 'http://127.0.0.1:9000/' }],
  ])('may be %j', (settings) => {
    expect(provider(settings)).toEqual([]);
  });

  it.each([
    [{ kind: 'balloon' }, 'kind'],
    [{}, 'kind'],
    [{ kind: 'process', count: 3 }, ''],
    [{ kind: 'docker' }, 'image'],
    [{ kind: 'aws-asg', group: '' }, 'group'],
    [{ kind: 'kubernetes', namespace: 'turn', name: 'relay' }, 'selector'],
    [{ kind: 'kubernetes', namespace: 'a b', name: 'relay', selector: 'a=b' }, 'namespace'],
    [{ kind: 'webhook', url: 'ftp://example.org' }, 'url'],
    [{ kind: 'webhook', url: 'fleet' }, 'url'],
  ])('%j is refused for its %s', (settings, member) => {
    const path = member === '' ? 'provider' : `provider.${member}`;
    expect(provider(settings)).toEqual([expect.stringMatching(new RegExp(`^${path}: `))]);
  });

  it('of an unknown kind is told which there are', () => {
    const all = 'none, process, docker, aws-asg, kubernetes, webhook';
    expect(provider({ kind: 'balloon' })).toEqual([`provider.kind: must be one of ${all}`]);
  });

  it.each([
    [{ kind: 'webhook', url: 'https://user:password@example.org/scale' }, 'url'],
    [{ kind: 'webhook', url: 'HTTPS://token@example.org' }, 'url'],
    [{ kind: 'docker', image: 'relay', env: { TURN_MASTER_SECRET: 'x' } }, 'env'],
    [{ kind: 'docker', image: 'relay', env: { NATS_PASSWORD: 'x' } }, 'env'],
    [{ kind: 'docker', image: 'relay', env: { NATS_URL: 'nats://user:password@host' } }, 'env.NATS_URL'],
    [{ kind: 'docker', image: 'relay', env: { NATS_URL: 'nats://a,token@host' } }, 'env.NATS_URL'],
    [{ kind: 'docker', image: 'relay', env: { NATS_URL: 'user:password@host' } }, 'env.NATS_URL'],
    [{ kind: 'docker', image: 'relay', env: { PROXY: 'http://user:password@host/' } }, 'env.PROXY'],
    [
      { kind: 'docker', image: 'relay', env: { NATS_CREDENTIALS: '-----BEGIN NATS' } },
      'env.NATS_CREDENTIALS',
    ],
  ])('%j is refused: the log is no place for secrets', (settings, member) => {
    expect(provider(settings)).toEqual([
      expect.stringMatching(new RegExp(`^provider\\.${member}: must hold no `)),
    ]);
  });
});
