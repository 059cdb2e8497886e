import { describe, expect, it } from '@jest/globals';
import { certificateTargetAt, certificateTargetOf } from './certificate-target.js';

const URLS = ['turn:a:3478', 'turns:dtls.example.org?transport=udp', 'turns:a.example.org:443?transport=tcp'];

describe('certificateTargetOf', () => {
  it('is the first URL over TLS, by the name that clients ask for', () => {
    expect(certificateTargetOf(URLS)).toEqual({
      host: 'a.example.org',
      port: 443,
      serverName: 'a.example.org',
    });
    expect(certificateTargetOf(['turns:a.example.org'])).toMatchObject({ port: 5349 });
  });

  it('asks an address for no name', () => {
    expect(certificateTargetOf(['turns:[2001:db8::1]:443'])).toEqual({
      host: '2001:db8::1',
      port: 443,
      serverName: undefined,
    });
  });

  it('is nowhere without TLS', () => {
    expect(certificateTargetOf(URLS.slice(0, 2))).toBeUndefined();
  });
});

describe('certificateTargetAt', () => {
  it('asks another address for the name that clients ask for', () => {
    const address = { host: '127.0.0.1', port: 5349 };
    expect(certificateTargetAt(address, URLS)).toEqual({ ...address, serverName: 'a.example.org' });
    expect(certificateTargetAt(address, [])).toEqual({ ...address, serverName: undefined });
  });
});
