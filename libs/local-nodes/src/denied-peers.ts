/** Addresses a relay must not send to. */
export interface DeniedNetworks {
  readonly why: string;
  /** Prefixes in CIDR notation. */
  readonly networks: readonly string[];
}

/**
 * Everything but the public Internet: a relay that sends elsewhere is a way into the networks around it. From the
 * IANA registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890 and its successors).
 */
export const DENIED_PEERS: readonly DeniedNetworks[] = [
  { why: '"this" network and loopback', networks: ['0.0.0.0/8', '127.0.0.0/8', '::1/128'] },
  {
    why: 'private networks, unique local and site-local addresses',
    networks: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'],
  },
  { why: 'carrier-grade NAT', networks: ['100.64.0.0/10'] },
  { why: 'link-local, with the metadata services of clouds', networks: ['169.254.0.0/16', 'fe80::/10'] },
  { why: 'IETF protocol assignments, Teredo among them', networks: ['192.0.0.0/24', '2001::/23'] },
  {
    why: 'documentation',
    networks: ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'],
  },
  { why: 'benchmarking', networks: ['198.18.0.0/15'] },
  { why: '6to4: its relays, and IPv4 addresses in IPv6 clothes', networks: ['192.88.99.0/24', '2002::/16'] },
  { why: 'multicast', networks: ['224.0.0.0/4', 'ff00::/8'] },
  { why: 'reserved, discard-only and segment routing', networks: ['240.0.0.0/4', '100::/64', '5f00::/16'] },
  { why: 'NAT64: IPv4 behind a translator', networks: ['64:ff9b::/96', '64:ff9b:1::/48'] },
  { why: 'IPv4-mapped and IPv4-translated', networks: ['::ffff:0:0/96', '::ffff:0:0:0/96'] },
  {
    // ::/96 without ::/104: coturn 4.6 is reported to take a range that begins with :: for all of IPv4.
    why: 'IPv4-compatible',
    networks: [
      '::100:0/104',
      '::200:0/103',
      '::400:0/102',
      '::800:0/101',
      '::1000:0/100',
      '::2000:0/99',
      '::4000:0/98',
      '::8000:0/97',
    ],
  },
];
