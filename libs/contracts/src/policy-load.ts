import { z } from 'zod';
import type { MakeObject } from './policy-regions.js';

/** Less than the window of `issued` batches that a starting process reads. */
export const MAX_RAMP_SECONDS = 25;

/** A region is overloaded once its demand has been at `threshold` for `dwellSeconds`, until it is at `leave`. */
export const overloadOf = (object: MakeObject) =>
  object({
    leave: z.number().gt(0).max(1).default(0.7),
    dwellSeconds: z.number().min(0).max(3600).default(10),
  }).prefault({});

/**
 * What a place costs where the utilization is u, in ms of round-trip time:
 * max(0, gainMs · (u − target) + I) + wallMs · max(0, u − threshold), and nothing eight points below the target;
 * dI/dt = (gainMs · (u − target) + wallMs · max(0, u − threshold)) ÷ integralSeconds.
 * below the target (gainMs + 10 · I) · (u − target) ÷ integralSeconds.
 * In regions that hold few credentials' load both slopes are weaker and the target is lower: see `priceCurve`.
 */
export const priceOf = (object: MakeObject) =>
  object({
    target: z.number().gt(0).max(1).default(0.79),
    gainMs: z.number().min(0).max(100_000).default(500),
    integralSeconds: z.number().min(1).max(86_400).default(300),
    wallMs: z.number().min(0).max(1_000_000).default(20_000),
  }).prefault({});

/** What one issued credential is expected to add to its node until heartbeats show it. */
export const reservationOf = (object: MakeObject) =>
  object({
    rampSeconds: z.number().min(1).max(MAX_RAMP_SECONDS).default(10),
    sessionSeconds: z
      .number()
      .min(1)
      .max(86_400)
      .default(600)
      .describe(
        "Seconds the load of a credential stays on average: turns a region's load into load per credential.",
      ),
    bandwidthBps: z.number().min(0).max(1e9).default(300_000).describe('Before anything is observed.'),
    allocations: z.number().min(0).max(100).default(1),
  }).prefault({});
