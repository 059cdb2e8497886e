/** Calls at each full hour of local time, in arbitrary units: few at night, a working day, more in the evening. */
const BY_HOUR = [
  0.35, 0.22, 0.15, 0.11, 0.1, 0.12, 0.2, 0.38, 0.65, 0.92, 1.08, 1.12, 1.08, 1.1, 1.14, 1.14, 1.12, 1.12,
  1.18, 1.28, 1.34, 1.22, 0.92, 0.58,
];
const MEAN = BY_HOUR.reduce((sum, value) => sum + value, 0) / BY_HOUR.length;

const HOUR_MS = 3_600_000;

/** How busy people are at an instant, 1 on average over a day. `atMs` is UTC. */
export function activity(atMs: number, utcOffsetMinutes: number): number {
  const hours = (atMs / HOUR_MS + utcOffsetMinutes / 60) % 24;
  const hour = Math.floor(hours + 24) % 24;
  const share = hours - Math.floor(hours);
  const [before = 0, after = 0] = [BY_HOUR[hour], BY_HOUR[(hour + 1) % 24]];
  return (before + (after - before) * share) / MEAN;
}
