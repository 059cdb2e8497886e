import type { Heartbeat } from '@spillway/contracts';
import type { Load } from '../samplers/sampler.js';
import type { Observation } from './observation.js';

/** A part of the load that moved by this share of its capacity is worth a heartbeat of its own. */
export const MARKED_SHARE = 0.1;

/**
 * Whether `next` must not wait for the next heartbeat: state or orders changed, or allocations, bandwidth or CPU moved
 * by 10 points of capacity or more. A value that was or becomes unknown moves nothing, nor does one whose
 * capacity is unknown.
 */
export function shouldPublishNow(
  previous: Observation,
  next: Observation,
  capacity: Heartbeat['capacity'],
): boolean {
  if (previous.state !== next.state || previous.commandId !== next.commandId) return true;
  const isMarked = (part: keyof Load, full: number | null) => {
    const [before, after] = [previous.load[part], next.load[part]];
    if (before === null || after === null || full === null) return false;
    return Math.abs(after - before) / full >= MARKED_SHARE;
  };
  return (
    isMarked('cpu', 1) ||
    isMarked('allocations', capacity.allocations) ||
    isMarked('egressBps', capacity.bandwidthBps) ||
    isMarked('ingressBps', capacity.bandwidthBps)
  );
}
