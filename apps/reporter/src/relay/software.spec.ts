import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { heartbeatSchema } from '@spillway/contracts';
import { parseSoftware } from './software.js';

describe('parseSoftware', () => {
  it.each([
    ["Coturn-4.6.1 'Gorst'", { name: 'coturn', version: '4.6.1' }],
    ["Coturn-4.17.1 'Gorst'", { name: 'coturn', version: '4.17.1' }],
    ['eturnal 1.12.1', { name: 'eturnal', version: '1.12.1' }],
    ['eturnal/1.12', { name: 'eturnal', version: '1.12' }],
    ['janus-gateway v1.2.3', { name: 'janus-gateway', version: '1.2.3' }],
    ['None', { name: 'none', version: null }],
  ])('reads %j', (text, expected) => {
    expect(parseSoftware(text)).toEqual(expected);
  });

  it.each(['', '4.6.1', '  ', `${'x'.repeat(65)}-1`])('finds no name in %j', (text) => {
    expect(parseSoftware(text)).toBeUndefined();
  });

  it('finds in any text only names that a heartbeat may carry', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const name = parseSoftware(text)?.name;
        expect(name === undefined || heartbeatSchema.shape.software.shape.name.safeParse(name).success).toBe(
          true,
        );
      }),
    );
  });
});
