import type { LogEntry } from '@spillway/contracts';
import type { Surge } from '../world/demand.js';
import type { World } from '../world/world.js';
import type { ReporterFault } from './heartbeats.js';

/** What a scenario may do to the world at an instant. */
export interface Meddling {
  /** Node indices of a region that live. */
  nodesOf(region: number): number[];
  /** Nodes are gone; their calls come back `returnMs` later, all together. */
  kill(nodes: readonly number[], returnMs: number): void;
  /** A router starts anew with an empty memory. */
  restartRouter(router: number): void;
}

/** Where and when things happen. */
export interface Stage {
  readonly world: World;
  /** Nodes of each region. */
  readonly nodes: readonly number[];
  readonly routers: number;
  readonly intervalMs: number;
  /** The time that counts, ms since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly seed: number;
}

/** What goes wrong, and when. */
export interface Script {
  readonly surges?: readonly Surge[];
  readonly acts?: readonly { readonly at: number; readonly act: (world: Meddling) => void }[];
  /** By node, its region and its number in it. */
  readonly reporterFault?: (node: number, region: number, at: number) => ReporterFault | undefined;
  /** Whether a router hears an entry; all do unless given. */
  readonly hears?: (router: number, entry: LogEntry) => boolean;
}

/** One per file in `scenarios/`. */
export interface Scenario {
  readonly name: string;
  /** In a few words, for tables. */
  readonly title: string;
  /** A fleet other than the planned one. */
  readonly planFleet?: (nodes: readonly number[], world: World) => number[];
  readonly script: (stage: Stage) => Script;
}
