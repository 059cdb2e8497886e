import { z } from 'zod';
import {
  basisSchema,
  decisionId,
  writtenDecisionSchema,
  writtenRefusalSchema,
  type Basis,
  type DecisionRecord,
  type RefusalRecord,
  type WrittenDecision,
  type WrittenRefusal,
} from './decision.js';
import { timestampSchema, tokenSchema } from './token.js';

/** Records in one message at most; a busier router sends several. */
export const MAX_DECISIONS_PER_BATCH = 500;

/** What a router issued since its last batch, as the log writes it; an empty one every 2 s is its sign of life. */
export const writtenIssuedSchema = z.object({
  at: timestampSchema,
  routerId: tokenSchema,
  bootId: tokenSchema.describe('New for every run of the router; `batch` counts within it.'),
  batch: z.int().min(0),
  basis: basisSchema
    .optional()
    .describe('Not told by the first version, whose decisions cannot be re-derived.'),
  decisions: z.array(writtenDecisionSchema).max(MAX_DECISIONS_PER_BATCH),
  refused: z.array(writtenRefusalSchema).max(MAX_DECISIONS_PER_BATCH).optional(),
});
export type WrittenIssued = z.infer<typeof writtenIssuedSchema>;

/** The same as everybody reads it, whatever version wrote it. */
export interface Issued {
  at: string;
  routerId: string;
  bootId: string;
  batch: number;
  basis?: Basis | undefined;
  decisions: DecisionRecord[];
  refused?: RefusalRecord[] | undefined;
}

export const issuedSchema = writtenIssuedSchema.transform((batch, context): Issued => {
  const nameless = batch.basis ? -1 : batch.decisions.findIndex(({ id }) => id === undefined);
  if (nameless >= 0) {
    context.addIssue({ code: 'custom', path: ['decisions', nameless, 'id'], message: NEEDS_ID });
  }
  return readIssued(batch);
});
const NEEDS_ID = 'is needed in a batch without a basis';

/** Of the first version's decisions, every one must have its id. Member by member: see below. */
export function readIssued(written: WrittenIssued): Issued {
  const { at, routerId, bootId, batch, basis, decisions, refused } = written;
  if (!basis) return { at, routerId, bootId, batch, decisions: decisions.map(readFirstVersion) };
  return {
    at,
    routerId,
    bootId,
    batch,
    basis,
    decisions: decisions.map((decision, index) => readDecision(decision, index, written, basis)),
    refused: refused?.map(readRefusal(basis)),
  };
}

/** Member by member: spreading one takes 5 µs, a hundred times as long (Node 20). The type wants every member. */
function readDecision(
  written: WrittenDecision,
  index: number,
  { routerId, bootId }: Pick<WrittenIssued, 'routerId' | 'bootId'>,
  { fromN, fromMs, fromPosition, sentMs }: Basis,
): { [Member in keyof Required<DecisionRecord>]: DecisionRecord[Member] } {
  const atMs = fromMs + (written.ms ?? 0);
  return {
    id: decisionId(routerId, bootId, fromN + index),
    region: written.region,
    nodes: written.nodes,
    nearestRegion: written.nearestRegion === undefined ? written.region : written.nearestRegion,
    reason: written.reason,
    ageMs: Math.max(0, sentMs - atMs),
    atMs,
    position: fromPosition + (written.read ?? 0),
    country: written.country,
    continent: written.continent,
    lat: written.lat,
    lon: written.lon,
    user: written.user,
    tenant: written.tenant,
    require: written.require,
    prefer: written.prefer,
    transports: written.transports,
    count: written.count,
  };
}

const readRefusal =
  ({ fromMs, fromPosition }: Basis) =>
  ({ ms = 0, read = 0, after = 0, ...rest }: WrittenRefusal): RefusalRecord => ({
    ...rest,
    after,
    atMs: fromMs + ms,
    position: fromPosition + read,
  });

function readFirstVersion({
  id = '',
  ageMs = 0,
  nearestRegion = null,
  region,
  nodes,
  reason,
}: WrittenDecision): DecisionRecord {
  return { id, region, nodes, nearestRegion, reason, ageMs };
}
