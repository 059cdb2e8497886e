import type {
  Asked,
  PlacementReason,
  RefusalCode,
  WrittenDecision,
  WrittenRefusal,
} from '@spillway/contracts';
import { userHash } from '@spillway/turn';
import type { Moment } from './standpoint.js';

/** One answer, as it is made. */
export interface Decision extends Moment {
  /** Counts the answers of this run, from 0. */
  readonly n: number;
  readonly asked: Asked;
  /** The user part of the TURN user name; `undefined` when that is the decision's own id. Goes no further than its hash. */
  readonly user: string | undefined;
  readonly region: string;
  readonly nodes: string[];
  readonly nearestRegion: string | null;
  readonly reason: PlacementReason;
}

/** One request that nobody could serve. */
export interface RefusedRequest extends Moment {
  readonly asked: Asked;
  readonly code: RefusalCode;
}

/**
 * As the log writes it, in a batch that begins `from` then. Members that are `undefined` are not written; they are all
 * there because spreading one object into another takes microseconds (Node 20).
 */
export function writeDecision(decision: Decision, from: Moment): WrittenDecision {
  const { asked, user, region, nodes, nearestRegion, reason } = decision;
  const { country, continent, lat, lon, tenant, require, prefer, transports, count } = asked;
  return {
    ms: decision.atMs - from.atMs || undefined,
    read: decision.position - from.position || undefined,
    country,
    continent,
    lat,
    lon,
    user: user === undefined ? undefined : userHash(user),
    tenant,
    require,
    prefer,
    transports,
    count,
    region,
    nodes,
    nearestRegion: nearestRegion === region ? undefined : nearestRegion,
    reason,
  };
}

/** @param after decisions of the batch made before it. */
export function writeRefusal(refused: RefusedRequest, from: Moment, after: number): WrittenRefusal {
  const { atMs, position, asked, code } = refused;
  const ms = atMs - from.atMs || undefined;
  const read = position - from.position || undefined;
  return { ms, read, after: after || undefined, ...asked, code };
}

/** Bytes it takes on the log, or a little more. */
export function writtenBytes({ asked }: Pick<Decision, 'asked'>, nodes: readonly string[] = NOTHING): number {
  let bytes = FIXED_BYTES;
  for (const node of nodes) bytes += node.length + 3;
  for (const region of asked.require ?? NOTHING) bytes += region.length + 3;
  return bytes;
}

const NOTHING: readonly string[] = [];
/** Everything but the lists, with every member there and as long as it may be. */
const FIXED_BYTES = 500;
