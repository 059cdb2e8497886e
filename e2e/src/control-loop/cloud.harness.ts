import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SimulatedFleet } from './simulated-fleet.harness.js';
import { SimulatedNode } from './simulated-node.harness.js';

/** One order of an autoscaler, as it came in. */
export interface CloudOrder {
  readonly action: 'grow' | 'end';
  readonly region: string;
  readonly desired: number;
  /** Of `end`. */
  readonly instanceIds?: readonly string[];
  readonly generation: number;
  readonly revision: number;
}

interface CloudInstance {
  readonly instanceId: string;
  readonly region: string;
  phase: 'booting' | 'running' | 'ending';
}

/**
 * What becomes of an order: carried out and answered, lost before that, carried out and the answer lost, or refused,
 * because an order of a later generation has been seen.
 */
export type Fate = 'answered' | 'lost' | 'unanswered' | 'stale';

/** What it shares with the autoscalers. */
export const CLOUD_SECRET = 'a-secret-of-the-control-loop-specs';

export interface CloudOptions {
  readonly fleet: SimulatedFleet;
  /** Milliseconds from the order to the first heartbeat. */
  readonly bootMs: number;
}

/**
 * The far end of the provider `webhook`: machines that boot after a while into the simulated fleet. It does as it is
 * told, the way a cloud does, and keeps a book of all orders.
 */
export class Cloud {
  readonly orders: (CloudOrder & { readonly atMs: number; readonly fate: Fate })[] = [];
  /** Decides on each order as it comes in, after whatever else it does. */
  onOrder: (order: CloudOrder) => Promise<Fate> = async () => 'answered';
  private readonly instances = new Map<string, CloudInstance>();
  private readonly generations = new Map<string, number>();
  private readonly boots = new Set<NodeJS.Timeout>();
  private readonly server: Server;
  private started = 0;

  constructor(private readonly options: CloudOptions) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/instances`;
  }

  async start(): Promise<void> {
    for (const { instanceId, region } of this.options.fleet.nodes.values()) {
      this.instances.set(instanceId, { instanceId, region, phase: 'running' });
    }
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    for (const boot of this.boots) clearTimeout(boot);
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Those that are not ending. */
  count(region: string): number {
    return this.instancesOf(region).filter(({ phase }) => phase !== 'ending').length;
  }

  private instancesOf(region: string): CloudInstance[] {
    return [...this.instances.values()].filter((instance) => instance.region === region);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://cloud');
    if (request.method === 'GET') {
      const instances = this.instancesOf(url.searchParams.get('region') ?? '');
      return reply(response, {
        instances: instances.map(({ instanceId, phase }) => ({ instanceId, phase })),
      });
    }
    const body = await text(request);
    if (!isSigned(request, body)) return void response.writeHead(401).end();
    const order = JSON.parse(body) as CloudOrder;
    const fate = this.isStale(order) ? 'stale' : await this.onOrder(order);
    this.orders.push({ ...order, atMs: performance.now(), fate });
    if (fate === 'stale') return void response.writeHead(409).end();
    if (fate !== 'lost') this.carryOut(order);
    if (fate === 'answered') reply(response, {});
    else response.destroy();
  }

  private isStale({ region, generation }: CloudOrder): boolean {
    const newest = this.generations.get(region) ?? 0;
    this.generations.set(region, Math.max(newest, generation));
    return generation < newest;
  }

  private carryOut({ action, region, desired, instanceIds }: CloudOrder): void {
    if (action === 'grow') while (this.count(region) < desired) this.boot(region);
    else for (const instanceId of instanceIds ?? []) this.end(instanceId);
  }

  private boot(region: string): void {
    const { fleet, bootMs } = this.options;
    const name = `${region}-c${++this.started}`;
    const instance: CloudInstance = { instanceId: `i-${name}`, region, phase: 'booting' };
    this.instances.set(instance.instanceId, instance);
    const boot = setTimeout(() => {
      this.boots.delete(boot);
      if (instance.phase === 'ending') return;
      instance.phase = 'running';
      fleet.add(new SimulatedNode(region, name, fleet.capacityOf(region)));
    }, bootMs);
    this.boots.add(boot);
  }

  private end(instanceId: string): void {
    this.instances.delete(instanceId);
    for (const node of this.options.fleet.nodes.values()) {
      if (node.instanceId === instanceId) this.options.fleet.remove(node);
    }
  }
}

function reply(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** `t=<seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`. */
function isSigned({ headers }: IncomingMessage, body: string): boolean {
  const [, at, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['spillway-signature'])) ?? [];
  return mac === createHmac('sha256', CLOUD_SECRET).update(`${at}.${body}`).digest('hex');
}
