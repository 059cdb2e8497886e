import { z } from 'zod';
import { timestampSchema, tokenSchema } from './token.js';

/** Load ÷ capacity; demand and overload go beyond 1. */
const ratio = z.number().min(0).max(100);

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
  utilization: ratio,
  threshold: ratio,
  since: timestampSchema,
});
export type Overload = z.infer<typeof overloadSchema>;

/** What a place in a region costs, in milliseconds of round-trip time. */
export const spilloverSchema = z.object({
  at: timestampSchema,
  priceMs: z.number().min(0).max(100_000),
  integralMs: z.number().min(0).max(400),
  utilization: ratio.nullable(),
  /** Utilization there would be with all prices at zero. */
  demand: ratio.nullable(),
  loadPerCredential: z.object({
    bandwidthBps: z.number().min(0).max(1e9),
    allocations: z.number().min(0).max(100),
  }),
  target: ratio,
  generation: z.int().min(0),
  validForSeconds: z.number().positive().max(3600),
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
  drain: z.array(tokenSchema).max(1000),
  undrain: z.array(tokenSchema).max(1000),
  reasons: z.array(z.string().max(256)).max(100),
  outcome: z.enum(['planned', 'executing', 'done', 'failed', 'dry-run']),
});
export type Scale = z.infer<typeof scaleSchema>;
