import type { LogEntry } from '@spillway/contracts';
import type { Surge } from '../world/demand.js';
import type { World } from '../world/world.js';
import type { ReporterFault } from './heartbeats.js';

/** What a scenario may do to the world. Regions, nodes and routers by index. */
export interface Meddling {
  /** The nodes of a region that live. */
  nodesOf(region: number): readonly number[];
  /** Nodes are gone; their calls come back `returnMs` later, all within two seconds. */
  kill(nodes: readonly number[], returnMs: number): void;
  /** A router starts anew with an empty memory, and reads the log as a router does that starts. */
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
  /** In order of time. */
  readonly acts?: readonly { readonly at: number; readonly act: (world: Meddling) => void }[];
  /** What is wrong with what a node says at an instant, if anything. */
  readonly reporterFault?: (node: number, region: number, at: number) => ReporterFault | undefined;
  /** Whether a router hears an entry; all do unless given. */
  readonly hears?: (router: number, entry: LogEntry) => boolean;
}

/** One per file in `scenarios/`. */
export interface Scenario {
  readonly name: string;
  /** In a few words, for tables. */
  readonly title: string;
  /** The part of the day that is played unless told otherwise: hours, and the hour (UTC) it begins at. */
  readonly window: { readonly startHour: number; readonly hours: number };
  /** A fleet other than the planned one: nodes of each region. `homeKbps` is what their own clients carry at first. */
  readonly fleet?: (
    planned: readonly number[],
    world: World,
    homeKbps: readonly number[],
  ) => readonly number[];
  /** Regions grow and shrink as the autoscaler says. */
  readonly isAutoscaled?: boolean;
  readonly script: (stage: Stage) => Script;
}

/** The index of a region of the world by its id. */
export function regionOf({ regions }: World, id: string): number {
  const index = regions.findIndex((region) => region.id === id);
  if (index < 0) throw new Error(`the world has no region ${id}`);
  return index;
}
