import type { IceStream } from './ice-stream.harness.js';
import { sum, type SimulatedFleet } from './simulated-fleet.harness.js';
import type { Client } from './world.harness.js';

export interface DemandOptions {
  readonly fleet: SimulatedFleet;
  readonly clients: ReadonlyMap<string, readonly Client[]>;
  readonly routers: readonly IceStream[];
  /** Mean of the exponential length of sessions. */
  readonly meanSessionMs: number;
  readonly random: () => number;
  /** Utilization a region's own clients would bring it to, 0–1 and more, `ms` after the start. */
  readonly demandOf: (region: string, ms: number) => number;
}

/** What became of one request. */
export interface Arrival {
  /** Milliseconds since the start. */
  readonly atMs: number;
  readonly client: Client;
  /** `undefined` for one that was refused or failed. */
  readonly served: string | undefined;
  readonly node: string | undefined;
  readonly failure: string | undefined;
}

const TICK_MS = 25;

/** Clients that come by a Poisson process, ask one of the routers, and load the node they were sent to. */
export class Demand {
  readonly arrivals: Arrival[] = [];
  /** Demand is in parts of this: it does not grow because a region does. */
  private readonly capacityAtStart = new Map<string, number>();
  private readonly asking = new Set<Promise<void>>();
  private startedAt = performance.now();
  private generatedUntil = 0;
  private turn = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: DemandOptions) {}

  get ms(): number {
    return performance.now() - this.startedAt;
  }

  /** Begins with the sessions that there would be if it had been so for ever, each in its home region. */
  start(): void {
    const { fleet, meanSessionMs, demandOf } = this.options;
    for (const region of fleet.regions) {
      const nodes = fleet.nodesIn(region);
      this.capacityAtStart.set(region, sum(nodes.map(({ capacity }) => capacity)));
      for (const node of nodes) {
        const sessions = Math.round(demandOf(region, 0) * node.capacity);
        node.sessions = 0;
        for (let n = 0; n < sessions; n++) fleet.carry(node, this.drawExponential(meanSessionMs));
      }
    }
    this.startedAt = performance.now();
    this.timer = setInterval(() => this.generate(), TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.asking);
  }

  private generate(): void {
    const { fleet, meanSessionMs, demandOf } = this.options;
    const from = this.generatedUntil;
    this.generatedUntil = this.ms;
    for (const region of fleet.regions) {
      const capacity = this.capacityAtStart.get(region) ?? 0;
      const expected = (demandOf(region, from) * capacity * (this.generatedUntil - from)) / meanSessionMs;
      for (let n = this.drawPoisson(expected); n > 0; n--) this.begin(region);
    }
  }

  private begin(region: string): void {
    const { clients, routers, random } = this.options;
    const neighbours = clients.get(region) ?? [];
    const client = neighbours[Math.floor(random() * neighbours.length)];
    const router = routers[this.turn++ % routers.length];
    if (!client || !router) throw new Error(`${region} has no clients, or nobody to ask`);
    const asking = this.serve(client, router).finally(() => this.asking.delete(asking));
    this.asking.add(asking);
  }

  private async serve(client: Client, router: IceStream): Promise<void> {
    const lastsMs = this.drawExponential(this.options.meanSessionMs);
    const { answer, problem } = await router
      .ask(client.ip)
      .catch((error: unknown) => ({ answer: undefined, problem: { code: String(error) } }));
    const placement = answer?.placement;
    const name = placement?.nodes[0];
    this.arrivals.push({
      atMs: this.ms,
      client,
      served: placement?.region,
      node: name,
      failure: problem?.code,
    });
    const node = name === undefined ? undefined : this.options.fleet.nodes.get(name);
    if (node) this.options.fleet.carry(node, lastsMs);
  }

  private drawExponential(mean: number): number {
    return -mean * Math.log(1 - this.options.random());
  }

  /** Knuth's method: the means are small. */
  private drawPoisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.options.random(); product > limit; product *= this.options.random()) count++;
    return count;
  }
}
