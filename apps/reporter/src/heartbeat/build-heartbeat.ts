import { heartbeatSchema, type Heartbeat } from '@spillway/contracts';
import type { Software } from '../relay/software.js';
import type { Load } from '../samplers/sampler.js';
import type { Observation } from './observation.js';

/** What a node says of itself in every heartbeat of one run. */
export type Identity = Pick<
  Heartbeat,
  | 'nodeId'
  | 'region'
  | 'kind'
  | 'zone'
  | 'instanceId'
  | 'bootId'
  | 'intervalMs'
  | 'urls'
  | 'capacity'
  | 'secretEpoch'
> & {
  /** Stands before the name the server gives itself. */
  readonly softwareName: string | undefined;
};

export interface BuiltHeartbeat {
  readonly heartbeat: Heartbeat;
  /** Values that no heartbeat may carry and that are `null` in this one. */
  readonly refused: readonly string[];
}

/** A heartbeat that its schema accepts, whatever was measured. */
export function buildHeartbeat(
  identity: Identity,
  observation: Observation,
  turn: { at: Date; seq: number },
): BuiltHeartbeat {
  const { softwareName, ...node } = identity;
  const { load, refused } = cleanLoad(observation.load);
  const heartbeat: Heartbeat = {
    at: turn.at.toISOString(),
    ...node,
    seq: turn.seq,
    state: observation.state,
    software: describeSoftware(softwareName, observation.software),
    load,
    commandId: observation.commandId,
    ...(observation.isSynthetic && { isSynthetic: true }),
  };
  return { heartbeat: heartbeatSchema.parse(heartbeat), refused };
}

const LOAD_PARTS = ['cpu', 'egressBps', 'ingressBps', 'allocations'] as const;

function cleanLoad(measured: Load): { load: Load; refused: string[] } {
  const load = { ...measured };
  const refused: string[] = [];
  for (const part of LOAD_PARTS) {
    const parsed = heartbeatSchema.shape.load.shape[part].safeParse(measured[part]);
    if (parsed.success) continue;
    load[part] = null;
    refused.push(`${part} = ${measured[part]}`);
  }
  return { load, refused };
}

function describeSoftware(fixedName: string | undefined, found: Software | undefined): Heartbeat['software'] {
  const described = { name: fixedName ?? found?.name ?? 'unknown', version: found?.version ?? null };
  const parsed = heartbeatSchema.shape.software.safeParse(described);
  return parsed.success ? parsed.data : { name: fixedName ?? 'unknown', version: null };
}
