import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The family a client can reach; v4-mapped IPv6 is IPv4. `undefined` for what is no address. */
export function familyOf(address: string | undefined): 'ipv4' | 'ipv6' | undefined {
  if (address === undefined) return undefined;
  if (isIPv4(address)) return 'ipv4';
  return ipaddr.isValid(address) ? ipaddr.process(address).kind() : undefined;
}

/** As proxies write an address: in quotes, in brackets, with a port (RFC 7239 §6; `X-Forwarded-For` has no rules). */
const WRITTEN = /^"?(?:\[([^\]]*)\]|([^:"]*))(?::\d+)?"?$/;

/** The address alone of what a proxy passed on; the text itself where it is none. */
export function writtenAddress(text: string): string {
  const [, inBrackets, plain] = WRITTEN.exec(text) ?? [];
  return inBrackets ?? plain ?? text;
}

/** All of whom a proxy told nothing that can be read: together they are one client. */
const UNREADABLE = 'unreadable';

/** One text per client: IPv4 however it is written, and of IPv6 the 64 bits that a client does not choose itself. */
export function clientKey(address: string): string {
  if (isIPv4(address)) return address;
  if (!ipaddr.isValid(address)) return UNREADABLE;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.');
}
