import { distanceKm, type GeoPoint } from './distance.js';

/** What a round trip takes at no distance: access networks, queues, detours near home. */
const INTERCEPT_MS = 15.3;
const MS_PER_1000_KM = 16;

/**
 * Round-trip time between two places, in milliseconds, from their distance alone: 15.3 ms + 16.0 ms per 1000 km.
 *
 * Least squares over the 210 pairs of 21 AWS regions in skyplane-project/skyplane, `profiles/latency.csv` at
 * commit 945dca27681f (2022-04-16, Apache-2.0): R² 0.71, absolute error 21.6 ms in the median, 30.3 ms in the
 * mean. `calibrate.mjs` repeats the fit. It orders regions well and predicts milliseconds poorly: cables do
 * not follow great circles (Cape Town–Tokyo takes 370 ms where this says 251).
 */
export function estimateRttMs(a: GeoPoint, b: GeoPoint): number {
  return INTERCEPT_MS + (MS_PER_1000_KM * distanceKm(a, b)) / 1000;
}
