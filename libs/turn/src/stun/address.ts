import { MAGIC_COOKIE, type TransportAddress } from './message.js';

const IPV4 = 0x01;
const IPV6 = 0x02;
const ADDRESS_OFFSET = 4;

/** Writes an XOR-MAPPED-ADDRESS, or an attribute of the same form, RFC 8489 §14.2. */
export function encodeXorAddress({ address, port }: TransportAddress, transactionId: Uint8Array): Buffer {
  const bytes = addressBytes(address);
  const value = Buffer.alloc(ADDRESS_OFFSET + bytes.length);
  value.writeUInt8(bytes.length === 4 ? IPV4 : IPV6, 1);
  value.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 2);
  xor(bytes, mask(transactionId)).copy(value, ADDRESS_OFFSET);
  return value;
}

/** Reads what `encodeXorAddress` writes; `undefined` for another family or length. */
export function decodeXorAddress(value: Buffer, transactionId: Uint8Array): TransportAddress | undefined {
  const size = value.length - ADDRESS_OFFSET;
  const family = value[1];
  if (!(family === IPV4 && size === 4) && !(family === IPV6 && size === 16)) return undefined;
  const port = value.readUInt16BE(2) ^ (MAGIC_COOKIE >>> 16);
  return { address: addressText(xor(value.subarray(ADDRESS_OFFSET), mask(transactionId))), port };
}

function mask(transactionId: Uint8Array): Buffer {
  const cookie = Buffer.alloc(4);
  cookie.writeUInt32BE(MAGIC_COOKIE);
  return Buffer.concat([cookie, transactionId]);
}

function xor(bytes: Buffer, mask: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, i) => byte ^ (mask[i] ?? 0)));
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join('.');
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  return ipv6Host(groups.join(':'));
}

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = ipv6Host(address).split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail ?? '')];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** The canonical text of an IPv6 address, RFC 5952, as the WHATWG URL parser writes hosts. */
function ipv6Host(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
