import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import maxmind from 'maxmind';
import { defaultGeoDatabases } from './default-databases.js';
import { ipv4Number } from './ipv4.js';
import { Ipv4Tree } from './ipv4-tree.js';

describe('Ipv4Tree', () => {
  it('finds the same record for two addresses where the library finds the same network, and none where it finds none', () => {
    const file = readFileSync(defaultGeoDatabases()[0] ?? '');
    const reader = new maxmind.Reader(file);
    const tree = new Ipv4Tree(file, reader.metadata);
    const records = new Map<number, unknown>();
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        const record = tree.find(ipv4Number(ip)!);
        const expected = reader.get(ip);
        if (record === undefined) return expect(expected).toBeNull();
        if (!records.has(record)) records.set(record, expected);
        expect(records.get(record)).toEqual(expected);
        expect(expected).not.toBeNull();
      }),
      { numRuns: 3_000 },
    );
  });
});
