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
  /** The reporter's clock; diagnostic only, the log's own time counts. */
  at: timestampSchema,
  nodeId: tokenSchema,
  region: tokenSchema,
  kind: z.enum(NODE_KINDS),
  /** Failure domain within the region, `null` when it has none. */
  zone: tokenSchema.nullable(),
  /** Stable over reporter restarts, new for a rebuilt node. */
  instanceId: z.string().min(1).max(128),
  /** New for every run of the reporter; `seq` counts within it. */
  bootId: z.string().min(1).max(64),
  seq: z.int().min(0),
  /** Milliseconds until the next heartbeat; freshness is measured in these. */
  intervalMs: z.int().min(100).max(60_000),
  /**
   * `starting`: the relay has not answered (yet, or any more); `serving`: it answers a STUN binding request;
   * `draining`: it takes no new clients; `stopped`: the reporter was stopped in good order.
   */
  state: z.enum(NODE_STATES),
  urls: z.array(urlSchema).min(1).max(8),
  software: z.object({ name: z.string().min(1).max(64), version: z.string().max(64).nullable() }),
  capacity: z.object({
    /** Bits per second in each direction, above zero. */
    bandwidthBps: z.number().positive().max(MAX_BPS).nullable(),
    /** Allocations at the same time, above zero. */
    allocations: z.int().positive().max(MAX_ALLOCATIONS).nullable(),
  }),
  load: z.object({
    /** 0 to 1, all cores. */
    cpu: measured(1),
    egressBps: measured(MAX_BPS),
    ingressBps: measured(MAX_BPS),
    allocations: counted(MAX_ALLOCATIONS),
  }),
  /** Which generation of the master secret the node's secret is derived from. */
  secretEpoch: z.int().min(0).max(1_000_000),
  /**
   * The command it carries out or has carried out last. `stopped` with the id of a drain means that the drain is
   * over, and nothing else: a reporter that is stopped before that says `draining` as its last word.
   */
  commandId: tokenSchema.nullable().default(null),
  /** Part of the load is made up, for a demonstration. */
  isSynthetic: z.literal(true).optional(),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;
