import type { LogEvent, Scale } from '@spillway/contracts';
import type { Instance, Inventory } from '@spillway/scaling';
import type { RegisteredNode } from './node-register.js';

/** A machine takes this long to serve, give or take a quarter. */
const BOOT_MS = 90_000;

/** What a provider can do to the world. Nodes by index. */
export interface Site {
  /** A node comes up. */
  boot(region: number, at: number, instanceId: string): RegisteredNode;
  /** A node is gone; the calls on it come back. */
  kill(nodes: readonly number[], returnMs: number): void;
  /** The node reads an order, and obeys. */
  order(node: number, command: 'drain' | 'undrain', commandId: string, deadlineAt: number): void;
}

interface Machine {
  readonly instanceId: string;
  readonly region: number;
  readonly readyAt: number;
  node: number | undefined;
}

/** Runs machines as a cloud does: what is ordered is there at once, serves a while later, and costs from the order on. */
export class SimProvider {
  private machines: Machine[] = [];
  private readonly nodes = new Map<string, number>();
  private ordered = 0;

  constructor(
    private readonly regions: readonly string[],
    private readonly site: Site,
    private readonly random: () => number,
  ) {}

  /** Machines that cost. */
  get count(): number {
    return this.machines.length;
  }

  /** A machine that has been serving all along. */
  adopt({ regionIndex, instanceId, nodeId, node }: RegisteredNode): void {
    this.machines.push({ instanceId, region: regionIndex, readyAt: 0, node });
    this.nodes.set(nodeId, node);
  }

  inventories(): ReadonlyMap<string, Inventory> {
    const lists = this.regions.map((): Instance[] => []);
    for (const { region, instanceId, node } of this.machines) {
      lists[region]?.push({ instanceId, phase: node === undefined ? 'booting' : 'running' });
    }
    return new Map(this.regions.map((id, region) => [id, { instances: lists[region] ?? [] }]));
  }

  /** Carries out a plan. @returns the commands for the log. */
  execute(regionId: string, plan: Scale, deadlineMs: number, at: number): LogEvent[] {
    const region = this.regions.indexOf(regionId);
    const orders = [
      ...plan.undrain.flatMap((nodeId) => this.order(regionId, nodeId, 'undrain', plan, at + deadlineMs)),
      ...plan.drain.flatMap((nodeId) => this.order(regionId, nodeId, 'drain', plan, at + deadlineMs)),
    ];
    const ended = this.machines.filter(({ instanceId }) => plan.terminate.includes(instanceId));
    this.machines = this.machines.filter((machine) => !ended.includes(machine));
    this.site.kill(
      ended.flatMap(({ node }) => node ?? []),
      0,
    );
    for (let count = this.countIn(region); count < plan.desired; count++) {
      const bootMs = BOOT_MS * (0.75 + 0.5 * this.random());
      this.machines.push({
        instanceId: `i-${regionId}-${++this.ordered}`,
        region,
        readyAt: at + bootMs,
        node: undefined,
      });
    }
    return orders;
  }

  /** Brings up what has booted. */
  tick(at: number): void {
    for (const machine of this.machines) {
      if (machine.node !== undefined || machine.readyAt > at) continue;
      const { node, nodeId } = this.site.boot(machine.region, at, machine.instanceId);
      machine.node = node;
      this.nodes.set(nodeId, node);
    }
  }

  private countIn(region: number): number {
    return this.machines.filter((machine) => machine.region === region).length;
  }

  private order(
    region: string,
    nodeId: string,
    command: 'drain' | 'undrain',
    { revision, generation }: Scale,
    deadlineAt: number,
  ): LogEvent[] {
    const node = this.nodes.get(nodeId);
    const machine = this.machines.find((each) => each.node === node);
    if (node === undefined || !machine) return [];
    const id = `plan-${generation}-${revision}`;
    this.site.order(node, command, id, deadlineAt);
    return [
      {
        kind: 'command',
        region,
        node: nodeId,
        command: {
          at: AT,
          id,
          command,
          instanceId: machine.instanceId,
          deadlineSeconds: 0,
          expiresAt: LATER,
          reason: '',
          origin: 'autoscaler',
        },
      },
    ];
  }
}

/** Diagnostic. */
const AT = '2026-03-18T00:00:00.000Z';
/** After every day that is played: orders are read in time here. */
const LATER = '2026-04-01T00:00:00.000Z';
