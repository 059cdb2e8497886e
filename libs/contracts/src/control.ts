import { z } from 'zod';
import { timestampSchema, tokenSchema } from './token.js';

const fraction = z.number().min(0);

/** An order to one node. Its reporter obeys only its own `instanceId` and echoes the id in its heartbeats. */
export const commandSchema = z.object({
  at: timestampSchema,
  id: tokenSchema,
  command: z.enum(['drain', 'undrain']),
  instanceId: z.string().min(1).max(128),
  deadlineSeconds: z.int().min(0).max(86_400),
  expiresAt: timestampSchema,
  reason: z.string().max(256),
});
export type Command = z.infer<typeof commandSchema>;

/** A region went over its threshold and stayed there, or came back under it. */
export const overloadSchema = z.object({
  at: timestampSchema,
  state: z.enum(['entered', 'cleared']),
  utilization: fraction,
  threshold: fraction,
  since: timestampSchema,
});
export type Overload = z.infer<typeof overloadSchema>;

/** What a place in a region costs, in milliseconds of round-trip time. */
export const spilloverSchema = z.object({
  at: timestampSchema,
  priceMs: z.number().min(0),
  integralMs: z.number().min(0),
  utilization: fraction.nullable(),
  demand: fraction.nullable(),
  loadPerCredential: z.object({ bandwidthBps: z.number().min(0), allocations: z.number().min(0) }),
  target: fraction,
  generation: z.int().min(0),
  validForSeconds: z.number().positive(),
});
export type Spillover = z.infer<typeof spilloverSchema>;

/** A plan for the size of a region, why, and what came of it. */
export const scaleSchema = z.object({
  at: timestampSchema,
  revision: z.int().min(0),
  parentRevision: z.int().min(0).nullable(),
  generation: z.int().min(0),
  current: z.int().min(0),
  desired: z.int().min(0),
  drain: z.array(tokenSchema),
  reasons: z.array(z.string().max(256)),
  outcome: z.enum(['planned', 'executing', 'done', 'failed', 'dry-run']),
});
export type Scale = z.infer<typeof scaleSchema>;
