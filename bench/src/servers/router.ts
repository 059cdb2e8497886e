import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { POLICY_SUBJECT } from '@spillway/contracts';
import { defaultGeoDatabases, openGeoDatabases } from '@spillway/geo';
import { MemoryBus, NatsBus } from '@spillway/messaging';
import { ApiKeys, loadRouterConfig, startRouter } from '@spillway/router';
import { createLogger } from '@spillway/runtime';
import { aPolicy } from '@spillway/testkit/builders';
import getPort from 'get-port';
import { beat } from '../capacity/heartbeats.js';
import { reportToParent } from './child.js';

// `router.js [nodes] [NATS url] [gRPC port]`: a router with a fleet, its log in memory unless there is a NATS.
const [nodes = '24', natsUrl = '', grpcPort = String(await getPort())] = process.argv.slice(2);
const NODES = Number(nodes);
const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'];

const bus = natsUrl === '' ? new MemoryBus() : NatsBus.connect({ servers: natsUrl, name: 'bench router' });
await bus.provision();
const policy = aPolicy({
  strategy: 'priced',
  // A benchmark issues in seconds what a fleet issues in hours: its reservations must not fill the nodes.
  reservation: { bandwidthBps: 1, allocations: 0 },
});
await bus.record(POLICY_SUBJECT, { at: new Date().toISOString(), policy }, 'policy');
beat(bus, NODES, REGIONS);

const config = loadRouterConfig({
  ROUTER_ID: 'bench',
  HTTP_PORT: String(await getPort()),
  GRPC_PORT: grpcPort,
  TURN_MASTER_SECRET: 'a master secret for benchmarks',
  API_KEYS_FILE: 'given below',
  RATE_LIMIT_PER_KEY: '10000000',
});
const sha256 = createHash('sha256').update('bench').digest('hex');
const { httpPort, view } = await startRouter({
  config,
  logger: createLogger('error'),
  keys: new ApiKeys([{ name: 'bench', sha256, scopes: ['issue', 'on-behalf'], loopbackOnly: false }]),
  locator: await openGeoDatabases(defaultGeoDatabases()),
  bus,
  bootId: 'bench',
});
while (!view.isWhole || view.fleet.nodes.size < NODES)
  await new Promise((resolve) => setTimeout(resolve, 20));
reportToParent(httpPort);
