import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Slots } from './slots.js';

describe('Slots', () => {
  it('never gives a port to two', () => {
    const range = (min: number, max: number) =>
      fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => {
        return { min: Math.min(a, b), max: Math.max(a, b) };
      });
    fc.assert(
      fc.property(range(1, 9_999), range(10_000, 65_535), (turnPorts, relayPorts) => {
        const slots = new Slots('127.0.0.1', turnPorts, relayPorts);
        const given = new Set<number>();
        let last = turnPorts.max;
        for (let slot = 0; slot < Math.min(slots.count, 5); slot++) {
          const ports = slots.portsOf(slot);
          expect(ports.relayPorts.max).toBeLessThanOrEqual(relayPorts.max);
          for (const port of [ports.turnPort, ports.cliPort, ports.reporterPort]) {
            expect(port).toBeLessThanOrEqual(turnPorts.max);
            expect(given.has(port)).toBe(false);
            given.add(port);
          }
          const { min, max } = ports.relayPorts;
          expect(max - min).toBeGreaterThanOrEqual(9);
          expect(min).toBeGreaterThan(last);
          last = max;
        }
      }),
    );
  });
});
