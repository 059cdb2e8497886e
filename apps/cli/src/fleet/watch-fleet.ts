import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetReport } from './report.js';

export interface FleetWatch {
  readonly fetch: (signal: AbortSignal) => Promise<FleetReport>;
  /** Shows the fleet, and why it is out of date where it is. */
  readonly draw: (report: FleetReport, staleBecause: string | undefined) => void;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** Shows the fleet again and again until aborted. A router that goes away does not end it; one never there does. */
export async function watchFleet({ fetch, draw, intervalMs, signal }: FleetWatch): Promise<void> {
  let report = await fetch(signal);
  let staleBecause: string | undefined;
  while (!signal.aborted) {
    draw(report, staleBecause);
    await sleep(intervalMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    try {
      report = await fetch(signal);
      staleBecause = undefined;
    } catch (error) {
      staleBecause = (error as Error).message;
    }
  }
}
