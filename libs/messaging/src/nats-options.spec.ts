import { describe, expect, it } from '@jest/globals';
import { toConnectionOptions } from './nats-options.js';

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

  it('name the credentials file that cannot be read', () => {
    const credentialsFile = '/nowhere/router.creds';
    expect(() => toConnectionOptions({ servers: 'a', name: 'spec', credentialsFile })).toThrow(
      credentialsFile,
    );
  });
});
