import type { Relays } from './relays.js';

/** One answer, with what was true when it was given. Regions, cells and nodes by index. The object is reused. */
export interface Observation {
  at: number;
  cell: number;
  home: number;
  /** -1 when the client was refused. */
  region: number;
  node: number;
  router: number;
  kbps: number;
  /** Whether the router knew of a usable node at home. */
  isHomeUsable: boolean;
  /** The relay was gone already. */
  isDead: boolean;
}

/** Sees everything, changes nothing. */
export interface Observer {
  decided?(observation: Readonly<Observation>, relays: Relays): void;
  /** Every second of the time that counts. */
  second?(at: number, relays: Relays): void;
}
