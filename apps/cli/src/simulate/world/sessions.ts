import { normal, type Random } from './random.js';

/** Bandwidth of a session in one direction, kbit/s, and how often it is that: voice, video, screen in high quality. */
const BANDWIDTHS = [
  { kbps: 120, share: 0.3 },
  { kbps: 1800, share: 0.6 },
  { kbps: 4000, share: 0.1 },
] as const;

export const MEAN_KBPS = BANDWIDTHS.reduce((sum, { kbps, share }) => sum + kbps * share, 0);

/** Lengths are log-normal: half of all sessions end within the median, a few go on for hours. */
const MEDIAN_LENGTH_MS = 240_000;
const SIGMA = 1.4;
export const MAX_LENGTH_MS = 4 * 3_600_000;

/** From the issue of a credential to its load: signalling, the user's click, ICE. */
const MIN_START_MS = 500;
const MEDIAN_START_MS = 1_800;
const START_SIGMA = 0.5;
const MAX_START_MS = 10_000;

export function drawKbps(random: Random): number {
  let rest = random();
  for (const { kbps, share } of BANDWIDTHS) {
    if (rest < share) return kbps;
    rest -= share;
  }
  return BANDWIDTHS[2].kbps;
}

export function drawLengthMs(random: Random): number {
  return Math.min(MAX_LENGTH_MS, MEDIAN_LENGTH_MS * Math.exp(SIGMA * normal(random)));
}

export function drawStartMs(random: Random): number {
  return Math.min(MAX_START_MS, MIN_START_MS + MEDIAN_START_MS * Math.exp(START_SIGMA * normal(random)));
}

/** The share of sessions that go on for longer than this: what the optimum convolves arrivals with. */
export function survival(ms: number): number {
  if (ms <= 0) return 1;
  if (ms >= MAX_LENGTH_MS) return 0;
  return 1 - normalCdf(Math.log(ms / MEDIAN_LENGTH_MS) / SIGMA);
}

/** The mean length in ms, cap included: E[min(L, cap)] of a log-normal L. */
export function meanLengthMs(): number {
  const capped = Math.log(MAX_LENGTH_MS / MEDIAN_LENGTH_MS) / SIGMA;
  const uncapped = MEDIAN_LENGTH_MS * Math.exp(SIGMA ** 2 / 2);
  return uncapped * normalCdf(capped - SIGMA) + MAX_LENGTH_MS * (1 - normalCdf(capped));
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17: error below 7.5e-8. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail = ((((1.330274429 * t - 1.821255978) * t + 1.781477937) * t - 0.356563782) * t + 0.31938153) * t;
  const upper = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * tail;
  return x >= 0 ? 1 - upper : upper;
}
