import { describe, expect, it } from '@jest/globals';
import ipaddr from 'ipaddr.js';
import { isPlainlyPublic } from './public-ipv4.js';

describe('isPlainlyPublic', () => {
  it('says yes to no network that has an address which is not public', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte);
    const plain = bytes.filter((first) => isPlainlyPublic(first * 2 ** 24 + 1));
    const special = plain.flatMap((first) =>
      bytes.filter((second) =>
        [0, 2, 99, 100, 113, 193, 196, 255].some(
          (third) => ipaddr.parse(`${first}.${second}.${third}.1`).range() !== 'unicast',
        ),
      ),
    );
    expect(special).toEqual([]);
    expect(plain.length).toBeGreaterThan(200);
  });
});
