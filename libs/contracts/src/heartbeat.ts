import { z } from 'zod';
import { timestampSchema, tokenSchema } from './token.js';

/** `null` means "could not be measured": unknown is never zero. */
const measured = (max: number) => z.number().min(0).max(max).nullable();
const counted = (max: number) => z.int().min(0).max(max).nullable();

const MAX_BPS = 10e12;
const MAX_ALLOCATIONS = 10_000_000;

/** RFC 7065 TURN URIs; other kinds of node carry the URL their clients connect to. */
const urlSchema = z
  .string()
  .min(5)
  .max(255)
  .regex(/^[a-z]+:\S+$/, 'must be a URI');

export const NODE_KINDS = ['turn', 'sfu'] as const;
export const NODE_STATES = ['starting', 'serving', 'draining', 'stopped'] as const;
export type NodeLifecycle = (typeof NODE_STATES)[number];

/** A node's own view of itself, every `intervalMs` and at once when its state or load changes markedly. */
export const heartbeatSchema = z.object({
  at: timestampSchema.describe("The reporter's clock; diagnostic only, the log's own time counts."),
  nodeId: tokenSchema,
  region: tokenSchema,
  kind: z.enum(NODE_KINDS),
  zone: tokenSchema.nullable().describe('Failure domain within the region, `null` when it has none.'),
  instanceId: z.string().min(1).max(128).describe('Stable over reporter restarts, new for a rebuilt node.'),
  bootId: z.string().min(1).max(64).describe('New for every run of the reporter; `seq` counts within it.'),
  seq: z.int().min(0),
  intervalMs: z
    .int()
    .min(100)
    .max(60_000)
    .describe('Milliseconds until the next heartbeat; freshness is measured in these.'),
  state: z
    .enum(NODE_STATES)
    .describe(
      '`starting`: the relay has not answered (yet, or any more); `serving`: it answers a STUN binding request; `draining`: it takes no new clients; `stopped`: the reporter was stopped in good order.',
    ),
  urls: z.array(urlSchema).min(1).max(8),
  software: z.object({ name: z.string().min(1).max(64), version: z.string().max(64).nullable() }),
  capacity: z.object({
    bandwidthBps: z
      .number()
      .positive()
      .max(MAX_BPS)
      .nullable()
      .describe('Bits per second in each direction, above zero.'),
    allocations: z
      .int()
      .positive()
      .max(MAX_ALLOCATIONS)
      .nullable()
      .describe('Allocations at the same time, above zero.'),
  }),
  load: z.object({
    cpu: measured(1).describe('0 to 1, all cores.'),
    egressBps: measured(MAX_BPS),
    ingressBps: measured(MAX_BPS),
    allocations: counted(MAX_ALLOCATIONS),
  }),
  secretEpoch: z
    .int()
    .min(0)
    .max(1_000_000)
    .describe("Which generation of the master secret the node's secret is derived from."),
  commandId: tokenSchema
    .nullable()
    .default(null)
    .describe(
      'The command it carries out or has carried out last. `stopped` with the id of a drain means that the drain is over, and nothing else: a reporter that is stopped before that says `draining` as its last word.',
    ),
  isSynthetic: z.literal(true).optional().describe('Part of the load is made up, for a demonstration.'),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;
