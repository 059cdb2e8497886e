import type { Relays } from './relays.js';

/** One answer, with what was true when it was given. Regions, cells, nodes and routers by index. The object is reused. */
export interface Observation {
  readonly at: number;
  readonly cell: number;
  readonly home: number;
  /** -1 when the client was refused. */
  readonly region: number;
  readonly node: number;
  readonly router: number;
  /** Whether the router knew of a usable node at home. */
  readonly isHomeUsable: boolean;
  /** The relay was gone already. */
  readonly isDead: boolean;
}

/** Nothing observed yet. */
export function emptyObservation(): { -readonly [Member in keyof Observation]: Observation[Member] } {
  return { at: 0, cell: 0, home: 0, region: 0, node: 0, router: 0, isHomeUsable: true, isDead: false };
}

/** Sees everything, changes nothing. */
export interface Observer {
  decided?(observation: Observation, relays: Relays): void;
  /** Every second of the time that counts. */
  second?(at: number, relays: Relays): void;
}
