import { fileURLToPath } from 'node:url';
import { DEFAULT_RETENTION, type LogRetention } from '@spillway/contracts';
import { reporterEnvironment, type CoturnFiles } from '@spillway/local-nodes';
import type { DemoNode, PortRange } from './demo-fleet.js';
import type { ServiceSpec } from './service.js';
import type { SystemPlan } from './system-plan.js';

const LOOPBACK = '127.0.0.1';
/** What a node of the demonstration is said to carry; three of them share one machine. */
const CAPACITY = { bandwidthBps: 100_000_000, allocations: 1_000 };
/** The last for `spillway load`. */
const SAMPLERS = ['coturn-cli', 'host', 'synthetic'];
/** The log on a NATS of ours: ample for three nodes (12 MB in the 4 h that are kept), small enough for any disk. */
export const OWN_LOG: LogRetention = { ...DEFAULT_RETENTION, maxBytes: 256 * 1024 ** 2 };

const entryOf = (app: string) => fileURLToPath(new URL(`../../../${app}/dist/main.js`, import.meta.url));

export function natsService({ programs, state }: SystemPlan, port: number): ServiceSpec {
  return {
    name: 'nats',
    command: programs['nats-server'],
    args: ['--jetstream', '--store_dir', state.nats, '--addr', LOOPBACK, '--port', String(port)],
    env: {},
    stopWithinMs: 5_000,
  };
}

export function coturnService(
  { programs }: SystemPlan,
  node: DemoNode,
  { config }: CoturnFiles,
): ServiceSpec {
  return {
    name: `coturn-${node.nodeId}`,
    command: programs.turnserver,
    args: ['-c', config],
    env: {},
    stopWithinMs: 3_000,
  };
}

export function reporterService(plan: SystemPlan, node: DemoNode, coturn: CoturnFiles): ServiceSpec {
  return {
    name: `reporter-${node.nodeId}`,
    command: process.execPath,
    args: [entryOf('reporter')],
    env: {
      ...reporterEnvironment({ ...node, turnAddress: plan.turnAddress }, coturn, {
        natsUrl: plan.natsUrl,
        capacity: CAPACITY,
        samplers: SAMPLERS,
      }),
      INSTANCE_ID: `${node.nodeId}-${plan.startId}`,
    },
    stopWithinMs: 5_000,
  };
}

/** It starts nodes beside those of ours, by the provider `process`. */
export function autoscalerService(plan: SystemPlan): ServiceSpec {
  const { state, natsUrl, turnAddress, autoscalerPorts } = plan;
  const range = ({ min, max }: PortRange) => `${min}-${max}`;
  return {
    name: 'autoscaler',
    command: process.execPath,
    args: [entryOf('autoscaler')],
    env: {
      NATS_URL: natsUrl,
      AUTOSCALER_ID: 'demo',
      HTTP_HOST: LOOPBACK,
      HTTP_PORT: String(autoscalerPorts.http),
      TURN_MASTER_SECRET_FILE: state.masterSecretFile,
      PROCESS_STATE_DIR: state.processes,
      PROCESS_TURN_ADDRESS: turnAddress,
      PROCESS_TURN_PORTS: range(autoscalerPorts.turn),
      PROCESS_RELAY_PORTS: range(autoscalerPorts.relay),
      PROCESS_CAPACITY_BANDWIDTH_BPS: String(CAPACITY.bandwidthBps),
      PROCESS_CAPACITY_ALLOCATIONS: String(CAPACITY.allocations),
      PROCESS_SAMPLERS: SAMPLERS.join(','),
    },
    stopWithinMs: 10_000,
  };
}

export function routerService({ state, natsUrl, natsPort, httpPort, grpcPort }: SystemPlan): ServiceSpec {
  return {
    name: 'router',
    command: process.execPath,
    args: [entryOf('router')],
    env: {
      NATS_URL: natsUrl,
      ROUTER_ID: 'demo',
      HTTP_HOST: LOOPBACK,
      HTTP_PORT: String(httpPort),
      GRPC_HOST: LOOPBACK,
      GRPC_PORT: String(grpcPort),
      TURN_MASTER_SECRET_FILE: state.masterSecretFile,
      API_KEYS_FILE: state.apiKeysFile,
      // The router leaves the limits of the log on a NATS that is not ours alone as long as none of LOG_* is set.
      ...(natsPort === undefined ? {} : { LOG_MAX_BYTES: String(OWN_LOG.maxBytes) }),
    },
    stopWithinMs: 10_000,
  };
}
