import type { LogEvent, Overload, Scale, Spillover } from '@spillway/contracts';

/** Regions that the policy does not name (yet) whose control events are kept: more than all clouds have. */
export const MAX_REGIONS_OUTSIDE = 300;

export type RegionEvent = Extract<LogEvent, { kind: 'overload' | 'spillover' | 'scale' }>;

/** An event and the log time it was written at, in ms. */
export interface Dated<Event> {
  readonly event: Event;
  readonly at: number;
}

/**
 * The last control events of one region.
 *
 * The last one counts, even when its generation is lower than that of one before it: a process that starts sees
 * the last only, and must stand where the others stand (invariant 12). Keeping an autoscaler that lost its lease
 * from writing is the publisher's; who executes a plan holds it against the committed state.
 */
export interface RegionEvents {
  spillover: Dated<Spillover> | undefined;
  overload: Dated<Overload> | undefined;
  plan: Dated<Scale> | undefined;
}

export function noEvents(): RegionEvents {
  return { spillover: undefined, overload: undefined, plan: undefined };
}

/** Control events of regions the policy does not name: it may come later, or name them again. */
export class OutsideEvents {
  /** Whose last event is oldest first. */
  private readonly byRegion = new Map<string, RegionEvents>();

  /** Of one region, to be written to; beyond the bound the region unheard for longest is forgotten. */
  of(region: string): RegionEvents {
    const events = this.take(region);
    this.byRegion.set(region, events);
    const [oldest] = this.byRegion.keys();
    if (this.byRegion.size > MAX_REGIONS_OUTSIDE && oldest !== undefined) this.byRegion.delete(oldest);
    return events;
  }

  keep(region: string, events: RegionEvents): void {
    if (events.spillover || events.overload || events.plan) Object.assign(this.of(region), events);
  }

  /** Hands them over to the region, which the policy names now. */
  take(region: string): RegionEvents {
    const events = this.byRegion.get(region) ?? noEvents();
    this.byRegion.delete(region);
    return events;
  }
}

/** Written by an autoscaler that another has followed. */
export function isOldGeneration(event: RegionEvent, { spillover, plan }: RegionEvents): boolean {
  switch (event.kind) {
    case 'overload':
      return false;
    case 'spillover':
      return event.spillover.generation < (spillover?.event.generation ?? 0);
    case 'scale':
      return event.scale.generation < (plan?.event.generation ?? 0);
  }
}
