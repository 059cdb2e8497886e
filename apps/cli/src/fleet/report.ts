import { NODE_STATES, scaleSchema } from '@spillway/contracts';
import { z } from 'zod';
import { expectShape, fetchJson, type RouterAccess } from '../router-client.js';

const measured = z.number().nullable();

const planSchema = scaleSchema.pick({
  current: true,
  desired: true,
  drain: true,
  undrain: true,
  terminate: true,
  outcome: true,
});

/** What is shown of `GET /v1/regions`. */
export const regionsReportSchema = z.object({
  position: z.number(),
  link: z.enum(['up', 'down']),
  policyRevision: z.string().nullable(),
  strategy: z.string().nullable(),
  regions: z.array(
    z.object({
      region: z.string(),
      utilization: measured,
      usableNodes: z.number(),
      nodes: z.number(),
      priceMs: z.number(),
      demand: measured.default(null),
      overloaded: z.boolean().default(false),
      plan: planSchema.nullable().default(null),
    }),
  ),
});

/** What is shown of `GET /v1/nodes`. */
export const nodesReportSchema = z.object({
  nodes: z.array(
    z.object({
      nodeId: z.string(),
      region: z.string(),
      zone: z.string().nullable(),
      state: z.enum(NODE_STATES),
      freshness: z.enum(['fresh', 'suspect', 'unknown']),
      usable: z.boolean(),
      drainOrdered: z.boolean().default(false),
      synthetic: z.boolean().default(false),
      utilization: measured,
      reserved: z.object({ allocations: z.number() }),
      load: z.object({ cpu: measured, egressBps: measured, ingressBps: measured, allocations: measured }),
      software: z.object({ name: z.string(), version: z.string().nullable() }),
      lastSeenMsAgo: z.number(),
    }),
  ),
});

export type RegionsReport = z.infer<typeof regionsReportSchema>;
export type NodesReport = z.infer<typeof nodesReportSchema>;
export type FleetReport = RegionsReport & NodesReport;

/** @throws {RouterUnreachableError | RouterProblemError} */
export async function fetchFleet(access: RouterAccess, signal?: AbortSignal): Promise<FleetReport> {
  const [regions, nodes] = await Promise.all([
    fetchJson(access, '/v1/regions', { signal }),
    fetchJson(access, '/v1/nodes', { signal }),
  ]);
  return {
    ...expectShape(access, regionsReportSchema, regions),
    ...expectShape(access, nodesReportSchema, nodes),
  };
}
