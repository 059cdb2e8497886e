import { describe, expect, it } from '@jest/globals';
import { storedPolicySchema } from '@spillway/contracts';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aPolicy } from '@spillway/testkit';
import { KEYS, keyEntries } from '../testing/keys.harness.js';
import { ApiKeys, ApiKeysFileError, requireScope, type Principal } from './api-keys.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Those of the file of specs, and the policy has been read. */
function keys(tenants: Record<string, unknown> = {}): ApiKeys {
  const all = new ApiKeys(keyEntries());
  all.adopt(aPolicy({ tenants }));
  return all;
}

function nameOf(authorization: string | undefined, peer?: string): string {
  try {
    return keys().authenticate(authorization, peer).name;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function fileOf(content: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), 'spillway-keys-')), 'keys.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('ApiKeys, given an authorization header', () => {
  it.each([
    ['Bearer server-key', 'server'],
    ['bearer server-key', 'server'],
    ['Bearer   client-key', 'client'],
    [undefined, 'missing-key'],
    ['', 'missing-key'],
    ['server-key', 'missing-key'],
    ['Basic server-key', 'missing-key'],
    ['Bearer', 'missing-key'],
    ['Bearer  ', 'missing-key'],
    ['Bearer server-key again', 'missing-key'],
    [`Bearer ${'x'.repeat(513)}`, 'missing-key'],
    [`Bearer ${'x'.repeat(512)}`, 'wrong-key'],
    ['Bearer SERVER-KEY', 'wrong-key'],
    [`Bearer ${sha256('server-key')}`, 'wrong-key'],
  ])('takes %j for %s', (authorization, expected) => {
    expect(nameOf(authorization)).toBe(expected);
  });

  it('knows no key but those it was given', () => {
    const known = new Set<string>(Object.values(KEYS).map(({ key }) => key));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        fc.pre(!known.has(text.trim()));
        expect(['missing-key', 'wrong-key']).toContain(nameOf(`Bearer ${text}`, '127.0.0.1'));
      }),
    );
  });

  it('finds each of many keys, whichever its place', () => {
    const entries = Array.from({ length: 50 }, (_, i) => ({
      name: `key-${i}`,
      sha256: sha256(`secret-${i}`),
      scopes: ['issue' as const],
      loopbackOnly: false,
    }));
    const many = new ApiKeys(entries);
    const names = entries.map((_, i) => many.authenticate(`Bearer secret-${i}`, undefined).name);
    expect(names).toEqual(entries.map(({ name }) => name));
  });
});

describe('a key for this machine only', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:0:0:1'])(
    'is accepted from %s',
    (peer) => expect(nameOf('Bearer local-key', peer)).toBe('local'),
  );

  it.each([
    ['192.0.2.1'],
    ['128.0.0.1'],
    ['::2'],
    ['::ffff:192.0.2.1'],
    ['2001:db8::7f00:1'],
    ['::127.0.0.1'],
    ['localhost'],
    ['127.0.0.1.example.org'],
    [''],
    [undefined],
  ])('is refused from %j', (peer) => {
    expect(nameOf('Bearer local-key', peer)).toBe('wrong-key');
  });
});

describe('a connection that showed its key', () => {
  it('is known by it, and by nothing else: another header is looked at anew', () => {
    const subject = keys();
    const connection = {};
    const name = (authorization: string | undefined) =>
      subject.authenticateConnection(connection, authorization, '192.0.2.1').name;
    expect(name('Bearer server-key')).toBe('server');
    expect(name('Bearer server-key')).toBe('server');
    expect(name('Bearer client-key')).toBe('client');
    for (const other of [undefined, '', 'Bearer server-kez', 'Bearer local-key', 'Bearer server-key x']) {
      expect(() => name(other)).toThrow(/API key|accepted/);
    }
    expect(name('Bearer client-key')).toBe('client');
  });

  it('gives nothing away to other connections', () => {
    const subject = keys();
    subject.authenticateConnection({}, 'Bearer server-key', undefined);
    expect(() => subject.authenticateConnection({}, undefined, undefined)).toThrow('authorization');
  });

  it('with a key for this machine only is asked where it comes from each time', () => {
    const subject = keys();
    const connection = {};
    subject.authenticateConnection(connection, 'Bearer local-key', '::1');
    const passedOn = () => subject.authenticateConnection(connection, 'Bearer local-key', undefined);
    expect(passedOn).toThrow('this machine only');
  });

  it('answers every sequence of headers as if each came on a connection of its own', () => {
    const header = fc.constantFrom(
      'Bearer server-key',
      'Bearer client-key',
      'Bearer wrong',
      undefined,
      'Bearer',
    );
    fc.assert(
      fc.property(fc.array(header, { maxLength: 12 }), (headers) => {
        const subject = keys();
        const connection = {};
        for (const authorization of headers) {
          let name: string;
          try {
            name = subject.authenticateConnection(connection, authorization, undefined).name;
          } catch (error) {
            name = (error as { code: string }).code;
          }
          expect(name).toBe(nameOf(authorization));
        }
      }),
    );
  });
});

describe('the keys of tenants', () => {
  const acme = { keys: [{ sha256: sha256('acme-1') }, { sha256: sha256('acme-2'), scopes: ['on-behalf'] }] };
  const asked = (all: ApiKeys, key: string, peer?: string) => {
    try {
      return all.authenticate(`Bearer ${key}`, peer);
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('are those of the policy, each with its scopes and the tenant they belong to', () => {
    const all = keys({ acme: { ...acme, regions: { require: ['eu-central-1'] } } });
    expect(asked(all, 'acme-1')).toMatchObject({
      name: `acme/${sha256('acme-1').slice(0, 8)}`,
      scopes: new Set(['issue']),
      tenant: { name: 'acme', regions: ['eu-central-1'], ttlSeconds: { default: 600, min: 60, max: 86_400 } },
    });
    expect(asked(all, 'acme-2')).toMatchObject({ scopes: new Set(['on-behalf']), tenant: { name: 'acme' } });
    expect(asked(all, 'server-key')).not.toHaveProperty('tenant');
  });

  it('never steer the fleet, which is of all tenants, whatever a policy says that stands since before', () => {
    const all = new ApiKeys(keyEntries());
    const sovereign = { keys: [{ sha256: sha256('acme-2'), scopes: ['issue', 'admin'] }] };
    all.adopt(storedPolicySchema.parse({ ...aPolicy(), tenants: { sovereign } }));
    expect(asked(all, 'acme-2')).toMatchObject({ scopes: new Set(['issue']) });
  });

  it('are not ready while there is no policy: a wrong key may turn out to be one of theirs', () => {
    const all = new ApiKeys(keyEntries());
    expect(asked(all, 'acme-1')).toBe('not-ready');
    expect(asked(all, 'server-key')).toMatchObject({ name: 'server' });
    all.adopt(aPolicy());
    expect(asked(all, 'acme-1')).toBe('wrong-key');
  });

  it('come and go with the policy, on connections that showed them before too', () => {
    const all = keys({ acme });
    const connection = {};
    const name = () => all.authenticateConnection(connection, 'Bearer acme-1', undefined).tenant?.name;
    expect(name()).toBe('acme');
    all.adopt(aPolicy({ tenants: { blue: acme } }));
    expect(name()).toBe('blue');
    all.adopt(aPolicy());
    expect(name).toThrow('No such API key');
  });

  it('take a key from the file, with where it may come from; nothing gets looser', () => {
    const local = {
      keys: [{ sha256: sha256('local-key'), scopes: ['issue'] }],
      regions: { require: ['us-east-1'] },
    };
    const all = new ApiKeys(keyEntries());
    expect(all.adopt(aPolicy({ tenants: { local } }))).toEqual(['local']);
    expect(asked(all, 'local-key', '192.0.2.1')).toBe('wrong-key');
    expect(asked(all, 'local-key', '127.0.0.1')).toMatchObject({ tenant: { regions: ['us-east-1'] } });
  });

  it('have the lifetimes of the policy where the tenant has none of its own', () => {
    const ttlSeconds = { default: 300, max: 900 };
    const all = keys({ acme: { ...acme, ttlSeconds } });
    expect(asked(all, 'acme-1')).toMatchObject({
      tenant: { ttlSeconds: { default: 300, min: 60, max: 900 } },
    });
  });
});

describe('the file of API keys', () => {
  const good = { name: 'a', sha256: sha256('k'), scopes: ['issue'] };

  it('is a list of hashes and scopes; a key is for everywhere unless it says otherwise', () => {
    const loaded = ApiKeys.fromFile(
      fileOf([good, { ...good, name: 'b', sha256: sha256('l'), loopbackOnly: true }]),
    );
    expect(loaded.authenticate('Bearer k', undefined)).toMatchObject({
      name: 'a',
      scopes: new Set(['issue']),
    });
    expect(() => loaded.authenticate('Bearer l', undefined)).toThrow('this machine only');
  });

  it.each([
    ['an upper-case hash', [{ ...good, sha256: sha256('k').toUpperCase() }], /\[0\]\.sha256/],
    ['a key in the clear', [good, { ...good, sha256: 'secret' }], /\[1\]\.sha256/],
    ['an unknown scope', [{ ...good, scopes: ['issue', 'root'] }], /\[0\]\.scopes\[1\]/],
    ['no scope', [{ ...good, scopes: [] }], /\[0\]\.scopes/],
    ['no name', [{ sha256: good.sha256, scopes: ['issue'] }], /\[0\]\.name/],
    ['a name that is none', [{ ...good, name: 'two words' }], /\[0\]\.name/],
    ['a misspelt field', [{ ...good, loopback: true }], /"loopback"/],
    ['no entry', [], /at least one key/],
    ['no list', { keys: [good] }, /expected array/],
    ['no JSON', '[', /JSON/],
  ])('that holds %s is refused, with the path of the file and of the fault', (_what, content, where) => {
    const path = fileOf(content);
    const load = () => ApiKeys.fromFile(path);
    expect(load).toThrow(ApiKeysFileError);
    expect(load).toThrow(`API_KEYS_FILE ${path}`);
    expect(load).toThrow(where);
  });

  it('that is missing is named', () => {
    expect(() => ApiKeys.fromFile('/nowhere/keys.json')).toThrow(
      /API_KEYS_FILE \/nowhere\/keys.json: ENOENT/,
    );
  });

  it('that names two keys alike is refused: limits and logs could not tell them apart', () => {
    expect(() => ApiKeys.fromFile(fileOf([good, { ...good, sha256: sha256('l') }]))).toThrow(/\[1\]\.name/);
  });

  it('that holds the same hash twice is refused: whose scopes would count?', () => {
    expect(() => ApiKeys.fromFile(fileOf([good, { ...good, name: 'b' }]))).toThrow(/\[1\]\.sha256/);
  });
});

describe('requireScope', () => {
  const principal: Principal = { name: 'web', scopes: new Set(['issue']) };

  it('lets a key with the scope pass', () => {
    expect(() => requireScope(principal, 'issue')).not.toThrow();
  });

  it('names the key, the scope and the field that needs it', () => {
    const expected = { code: 'missing-scope', status: 403, field: 'clientIp' };
    expect(() => requireScope(principal, 'on-behalf', 'clientIp')).toThrow(expect.objectContaining(expected));
    expect(() => requireScope(principal, 'on-behalf', 'clientIp')).toThrow(/"web".*"on-behalf".*"clientIp"/);
  });
});
