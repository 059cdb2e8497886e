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

/** As the log writes it, in a batch that begins `from` then. */
export function writeDecision(decision: Decision, from: Moment): WrittenDecision {
  const { asked, user, region, nodes, nearestRegion, reason } = decision;
  return {
    ...since(from, decision),
    ...asked,
    ...(user !== undefined && { user: userHash(user) }),
    region,
    nodes,
    ...(nearestRegion !== region && { nearestRegion }),
    reason,
  };
}

/** @param after decisions of the batch made before it. */
export function writeRefusal(refused: RefusedRequest, from: Moment, after: number): WrittenRefusal {
  return { ...since(from, refused), ...(after > 0 && { after }), ...refused.asked, code: refused.code };
}

function since(from: Moment, { atMs, position }: Moment): { ms?: number; read?: number } {
  const ms = atMs - from.atMs;
  const read = position - from.position;
  return { ...(ms > 0 && { ms }), ...(read > 0 && { read }) };
}

/** Bytes it takes on the log, or a little more. */
export function writtenBytes({ asked }: Pick<Decision, 'asked'>, nodes: readonly string[] = []): number {
  const lists = [...nodes, ...(asked.require ?? [])];
  return FIXED_BYTES + lists.reduce((sum, { length }) => sum + length + 3, 0);
}

/** Everything but the lists, with every member there and as long as it may be. */
const FIXED_BYTES = 500;
