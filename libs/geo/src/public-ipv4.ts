/** First bytes below 224 whose addresses are not all public (IANA IPv4 Special-Purpose Address Registry). */
const PARTLY_SPECIAL = new Set([0, 10, 100, 127, 169, 172, 192, 198, 203]);

/** Its first byte alone says that an IPv4 address is a public one. What it says no to may be public all the same. */
export function isPlainlyPublic(ipv4: number): boolean {
  const first = ipv4 >>> 24;
  return first < 224 && !PARTLY_SPECIAL.has(first);
}
