import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { distanceKm, type GeoPoint } from './distance.js';
import { estimateRttMs } from './rtt.js';

const frankfurt = { latitude: 50.11, longitude: 8.68 };
const singapore = { latitude: 1.29, longitude: 103.85 };
const virginia = { latitude: 39.04, longitude: -77.49 };

const anyPoint: fc.Arbitrary<GeoPoint> = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const HALF_CIRCUMFERENCE_KM = 20_015.2;

describe('distanceKm', () => {
  it('agrees with distances known from elsewhere', () => {
    // A degree of the equator, pole to pole, and an airline distance across the date line (Suva–Apia).
    expect(distanceKm({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 1 })).toBeCloseTo(111.195, 2);
    expect(distanceKm({ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 77 })).toBeCloseTo(
      HALF_CIRCUMFERENCE_KM,
      0,
    );
    const suva = { latitude: -18.14, longitude: 178.44 };
    const apia = { latitude: -13.83, longitude: -171.76 };
    expect(distanceKm(suva, apia)).toBeGreaterThan(1130);
    expect(distanceKm(suva, apia)).toBeLessThan(1170);
  });

  it('is symmetric, zero at home and never more than half way round', () => {
    fc.assert(
      fc.property(anyPoint, anyPoint, (a, b) => {
        const km = distanceKm(a, b);
        expect(km).toBeGreaterThanOrEqual(0);
        expect(km).toBeLessThanOrEqual(HALF_CIRCUMFERENCE_KM);
        expect(distanceKm(b, a)).toBeCloseTo(km, 6);
        expect(distanceKm(a, a)).toBe(0);
      }),
    );
  });

  it('gives antipodes a distance, not NaN', () => {
    fc.assert(
      fc.property(anyPoint, (a) => {
        const longitude = a.longitude > 0 ? a.longitude - 180 : a.longitude + 180;
        expect(distanceKm(a, { latitude: -a.latitude, longitude })).toBeCloseTo(HALF_CIRCUMFERENCE_KM, 0);
      }),
    );
  });
});

describe('estimateRttMs', () => {
  it('never takes no time, even next door', () => {
    expect(estimateRttMs(frankfurt, frankfurt)).toBeCloseTo(15.3, 5);
  });

  it('grows with distance, so that it orders regions as distance does', () => {
    fc.assert(
      fc.property(anyPoint, anyPoint, anyPoint, (client, a, b) => {
        fc.pre(distanceKm(client, a) < distanceKm(client, b));
        expect(estimateRttMs(client, a)).toBeLessThanOrEqual(estimateRttMs(client, b));
      }),
    );
  });

  it('stays near measured figures on well-cabled routes', () => {
    // Measured, same source as the fit: Frankfurt–Virginia 89.8 ms, Frankfurt–Singapore 155.1 ms.
    expect(Math.abs(estimateRttMs(frankfurt, virginia) - 89.8)).toBeLessThan(35);
    expect(Math.abs(estimateRttMs(frankfurt, singapore) - 155.1)).toBeLessThan(35);
  });
});
