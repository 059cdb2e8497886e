import { isIP } from 'node:net';

/** The address in grpc-js's `address:port`, where IPv6 stands without brackets. */
export function peerAddress(peer: string): string | undefined {
  const address = peer.slice(0, peer.lastIndexOf(':'));
  return isIP(address) === 0 ? undefined : address;
}
