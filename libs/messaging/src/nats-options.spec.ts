import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toConnectionOptions } from './nats-options.js';

const folder = mkdtempSync(join(tmpdir(), 'spillway-options-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwtOf = (name: string) => `${encode({ alg: 'ed25519-nkey' })}.${encode({ name })}.c2lnbmVk`;
const credentialsOf = (name: string) =>
  `-----BEGIN NATS USER JWT-----
${jwtOf(name)}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${SEED}
------END USER NKEY SEED------
`;
/** Of no user anywhere. */
const SEED = 'SUAIBDPBAUTWCWBKIO6XHQNINK5FWJW4OHLXC3HQ2KFE4PEJUA44CNHTC4';

const options = (servers: string) => toConnectionOptions({ servers, name: 'spec' });

describe('the options of a connection', () => {
  it('name every server of a comma list, with or without a scheme', () => {
    expect(options('nats://10.0.0.1:4222, 10.0.0.2:4223,nats://[::1]:4224,').servers).toEqual([
      '10.0.0.1:4222',
      '10.0.0.2:4223',
      '[::1]:4224',
    ]);
  });

  it('take user and password from the URL', () => {
    expect(options('nats://router:p%40ss@10.0.0.1:4222')).toMatchObject({ user: 'router', pass: 'p@ss' });
  });

  it('prefer those that are given beside it', () => {
    const given = { servers: 'nats://a:b@10.0.0.1', name: 'spec', user: 'router', password: 'secret' };
    expect(toConnectionOptions(given)).toMatchObject({ user: 'router', pass: 'secret' });
  });

  it('ask for TLS when a server does', () => {
    expect(options('tls://nats.example.org:4222').tls).toEqual({});
    expect(options('nats://nats.example.org:4222').tls).toBeUndefined();
  });

  it.each([
    ['', 'no-servers'],
    [' , ', 'no-servers'],
    ['nats://', 'invalid-server'],
    ['nats://router:secret@host:not-a-port', 'invalid-server'],
  ])('refuse %p', (servers, code) => {
    expect(() => options(servers)).toThrow(expect.objectContaining({ name: 'ConnectOptionsError', code }));
  });

  it('never repeat a password in an error', () => {
    expect(() => options('nats://router:secret@host:not-a-port')).not.toThrow(/secret/);
  });

  it('ask for TLS, and trust these certificates alone, when a file of them is given', () => {
    const caFile = write('ca.pem', 'certificates');
    expect(toConnectionOptions({ servers: 'nats://a', name: 'spec', caFile }).tls).toEqual({
      ca: 'certificates',
    });
  });

  it.each(['credentialsFile', 'caFile'])('name the %s that cannot be read', (option) => {
    const path = '/nowhere/file';
    expect(() => toConnectionOptions({ servers: 'a', name: 'spec', [option]: path })).toThrow(path);
  });

  it.each([
    ['router.r-1', '_INBOX.router.r-1'],
    ['node.eu.*', undefined],
    ['John Doe', undefined],
  ])('listen for answers by the name in the credentials: %s', (name, inboxPrefix) => {
    const credentialsFile = write('spec.creds', credentialsOf(name));
    expect(toConnectionOptions({ servers: 'a', name: 'spec', credentialsFile }).inboxPrefix).toBe(
      inboxPrefix,
    );
  });

  it('read the credentials anew for every attempt to connect, and keep those of before while there are none', () => {
    const credentialsFile = write('spec.creds', credentialsOf('first'));
    const { authenticator } = toConnectionOptions({ servers: 'a', name: 'spec', credentialsFile });
    const jwt = () => {
      const auth = Array.isArray(authenticator) ? undefined : authenticator?.('nonce');
      return auth && 'jwt' in auth ? auth.jwt : undefined;
    };
    expect(jwt()).toBe(jwtOf('first'));
    write('spec.creds', credentialsOf('second'));
    expect(jwt()).toBe(jwtOf('second'));
    rmSync(credentialsFile);
    expect(jwt()).toBe(jwtOf('second'));
  });
});
