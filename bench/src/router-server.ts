import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { POLICY_SUBJECT, subjectOf } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { ApiKeys, loadRouterConfig, startRouter } from '@spillway/router';
import { createLogger } from '@spillway/runtime';
import { aHeartbeat, aPolicy } from '@spillway/testkit/builders';
import getPort from 'get-port';
import { reportToParent } from './bench-child.js';

const NODES = 24;
const sha256 = createHash('sha256').update('bench').digest('hex');
const bus = new MemoryBus();
await bus.provision();
const at = new Date().toISOString();
await bus.record(POLICY_SUBJECT, { at, policy: aPolicy() }, 'policy');
for (let i = 0; i < NODES; i++) {
  const heartbeat = aHeartbeat({
    nodeId: `node-${i}`,
    intervalMs: 60_000,
    capacity: { allocations: 1_000_000 },
  });
  bus.publish(subjectOf.heartbeat(heartbeat.region, heartbeat.nodeId), heartbeat);
}
const { httpPort, view } = await startRouter({
  config: loadRouterConfig({
    ROUTER_ID: 'bench',
    HTTP_PORT: String(await getPort()),
    GRPC_PORT: String(await getPort()),
    TURN_MASTER_SECRET: 'a master secret for benchmarks',
    API_KEYS_FILE: 'given below',
    RATE_LIMIT_PER_KEY: '10000000',
  }),
  logger: createLogger('error'),
  keys: new ApiKeys([{ name: 'bench', sha256, scopes: ['issue', 'on-behalf'], loopbackOnly: true }]),
  locator: { locate: () => ({ latitude: 40, longitude: -75, country: 'US', continent: 'NA' }) },
  bus,
  bootId: 'bench',
});
while (!view.isWhole) await new Promise((resolve) => setTimeout(resolve, 20));
reportToParent(httpPort);
