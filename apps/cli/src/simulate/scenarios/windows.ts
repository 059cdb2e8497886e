import type { Stage } from '../engine/scenario.js';

export const MINUTE_MS = 60_000;

export const WHOLE_DAY = { startHour: 0, hours: 24 };
/** Noon in Europe, evening in Asia: the busiest time of the world. */
export const BUSY_HOURS = { startHour: 11, hours: 3 };

/** When a fault begins: a third into the time, so that its end is seen as well. */
export function faultTime({ from, to }: Stage): number {
  return from + Math.round((to - from) / 3 / MINUTE_MS) * MINUTE_MS;
}
