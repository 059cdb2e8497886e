import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ReporterConfig } from './config.js';
import type { Identity } from './heartbeat/build-heartbeat.js';

/** Who this run of the reporter speaks for. */
export function identityFrom(config: ReporterConfig): Identity {
  return {
    nodeId: config.NODE_ID,
    region: config.REGION,
    kind: config.NODE_KIND,
    zone: config.ZONE ?? null,
    instanceId: config.INSTANCE_ID ?? deriveInstanceId(config.NODE_ID, readMachineId()),
    bootId: randomUUID(),
    intervalMs: config.INTERVAL_MS,
    urls: config.NODE_URLS,
    capacity: {
      bandwidthBps: config.CAPACITY_BANDWIDTH_BPS ?? null,
      allocations: config.CAPACITY_ALLOCATIONS ?? null,
    },
    secretEpoch: config.SECRET_EPOCH,
    softwareName: config.SOFTWARE_NAME,
  };
}

/** machine-id(5) is confidential and must be hashed before it leaves the machine. */
export function deriveInstanceId(nodeId: string, machineId: string): string {
  return createHash('sha256').update(`${machineId} ${nodeId}`).digest('hex').slice(0, 32);
}

/** A container often has no machine id; its host name is new with every container. */
function readMachineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim() || hostname();
  } catch {
    return hostname();
  }
}
