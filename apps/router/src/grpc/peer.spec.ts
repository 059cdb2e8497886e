import { describe, expect, it } from '@jest/globals';
import { Metadata } from '@grpc/grpc-js';
import { peerReader } from './peer.js';

function metadataOf(headers: Record<string, string>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}

describe('The peer of a gRPC call', () => {
  const direct = metadataOf({});
  const passedOn = metadataOf({ 'x-forwarded-for': '192.0.2.9, 203.0.113.7, 10.0.0.2' });

  it('is the client, where nothing was passed on', () => {
    expect(peerReader()('203.0.113.7:4711', direct)).toEqual({ peer: '203.0.113.7', client: '203.0.113.7' });
    expect(peerReader()('unix:/run/x', direct)).toEqual({ peer: undefined, client: undefined });
  });

  it('is unknown where a call was passed on, and the client is the peer unless that is a listed proxy', () => {
    expect(peerReader()('127.0.0.1:4711', passedOn)).toEqual({ peer: undefined, client: '127.0.0.1' });
    const reader = peerReader(['127.0.0.1', '10.0.0.0/8']);
    expect(reader('127.0.0.1:4711', passedOn)).toEqual({ peer: undefined, client: '203.0.113.7' });
    expect(reader('198.51.100.1:4711', passedOn)).toEqual({ peer: undefined, client: '198.51.100.1' });
  });
});
