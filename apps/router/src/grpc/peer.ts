import { isIP } from 'node:net';
import type { Metadata } from '@grpc/grpc-js';
import proxyaddr from '@fastify/proxy-addr';

/** Who is at the other end of a call. */
export interface Peer {
  /** The other end of the connection; `undefined` for a call that was passed on: who knows from where. */
  readonly peer: string | undefined;
  /** The client, past the proxies that are believed. */
  readonly client: string | undefined;
}

/** Tells peer and client by the rules that HTTP has: only listed proxies are believed, read right to left. */
export function peerReader(
  trustedProxies: readonly string[] = [],
): (peer: string, metadata: Metadata) => Peer {
  const isTrusted = proxyaddr.compile([...trustedProxies]);
  return (peer, metadata) => {
    const address = peerAddress(peer);
    const forwarded = textOf(metadata, 'x-forwarded-for');
    if (address === undefined || (forwarded === undefined && textOf(metadata, 'forwarded') === undefined)) {
      return { peer: address, client: address };
    }
    const request = { socket: { remoteAddress: address }, headers: { 'x-forwarded-for': forwarded } };
    return { peer: undefined, client: proxyaddr(request as never, isTrusted) };
  };
}

/** The address in grpc-js's `address:port`, where IPv6 stands without brackets. */
export function peerAddress(peer: string): string | undefined {
  const address = peer.slice(0, peer.lastIndexOf(':'));
  return isIP(address) === 0 ? undefined : address;
}

/** Of several values the last: the nearest hop wrote it. */
export function textOf(metadata: Metadata, name: string): string | undefined {
  const value = metadata.get(name).at(-1);
  return typeof value === 'string' ? value : undefined;
}
