import {
  regionControlKey,
  regionControlSchema,
  type RegionControl,
  type Spillover,
} from '@spillway/contracts';
import { integralAt } from '@spillway/fleet';
import type { StateStore } from '@spillway/messaging';
import type { FleetView } from './fleet-view.js';

/** Seconds a stored price is taken to be as valid as one on the log, and the least a price can be valid. */
const VALID_SECONDS = 60;
const LEAST_VALID_SECONDS = 0.001;

/**
 * Takes what the autoscaler stored of the regions that the log tells no price of: retention, or a log made anew, may
 * have taken it. What was stored is as old as it says; the log has the last word, whenever it comes.
 * @returns what went wrong, by region; the others are done.
 */
export async function restorePrices(view: FleetView, state: StateStore): Promise<Map<string, unknown>> {
  const faults = new Map<string, unknown>();
  await Promise.all(
    [...view.fleet.regions.values()].map(async ({ id, spillover }) => {
      if (spillover) return;
      try {
        const stored = await state.get(regionControlKey(id));
        if (stored) restore(view, id, regionControlSchema.parse(stored.value));
      } catch (error) {
        faults.set(id, error);
      }
    }),
  );
  return faults;
}

function restore(view: FleetView, id: string, control: RegionControl): void {
  const { policy, regions } = view.fleet;
  const region = regions.get(id);
  if (!policy || !region || region.spillover) return;
  const spillover = spilloverOf(control, view.logTime, policy.price.target);
  view.restore({ kind: 'spillover', region: id, spillover }, control.atMs);
}

/** What would stand on the log now: the slow part has been falling since it was no longer valid. */
export function spilloverOf(control: RegionControl, nowMs: number, target: number): Spillover {
  const { atMs, integralMs, demand, loadPerCredential, origins, generation } = control;
  const now = Math.max(nowMs, atMs);
  const left = integralAt({ integralMs, validForSeconds: VALID_SECONDS }, atMs, now);
  return {
    at: new Date(atMs).toISOString(),
    priceMs: left,
    integralMs: left,
    utilization: null,
    demand,
    loadPerCredential,
    origins,
    target,
    generation,
    validForSeconds: Math.max(LEAST_VALID_SECONDS, VALID_SECONDS - (now - atMs) / 1000),
  };
}
