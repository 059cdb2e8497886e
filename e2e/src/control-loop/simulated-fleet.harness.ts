import { subjectOf, type Command } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { SimulatedNode } from './simulated-node.harness.js';
import { Transport } from './transport.harness.js';

export interface FleetOptions {
  /** Nodes each region begins with. */
  readonly nodes: ReadonlyMap<string, number>;
  /** Sessions a node of the region takes. */
  readonly nodeCapacity: (region: string) => number;
  readonly intervalMs: number;
  readonly random: () => number;
  /** The connection a region's reporters have; regions may share one. */
  readonly busOf: (region: string) => Pick<Bus, 'publish'>;
}

const TICK_MS = 25;

interface Session {
  readonly node: SimulatedNode;
  readonly endsAt: number;
}

/**
 * Nodes that exist in this process alone and are seen by what they publish on the real log. They carry the sessions
 * they are sent, for as long as these last.
 */
export class SimulatedFleet {
  readonly nodes = new Map<string, SimulatedNode>();
  private readonly transports = new Map<string, Transport>();
  private readonly nextHeartbeat = new Map<SimulatedNode, number>();
  /** By the tick they end in. */
  private readonly sessions = new Map<number, Session[]>();
  /** With their deadlines. */
  private readonly draining = new Map<SimulatedNode, number>();
  private lastTick: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: FleetOptions) {
    this.lastTick = tickOf(performance.now());
    for (const [region, count] of options.nodes) {
      for (let n = 1; n <= count; n++)
        this.add(new SimulatedNode(region, `${region}-n${n}`, this.capacityOf(region)));
    }
  }

  get regions(): readonly string[] {
    return [...this.options.nodes.keys()];
  }

  /** Sessions a node of the region takes. */
  capacityOf(region: string): number {
    return this.options.nodeCapacity(region);
  }

  nodesIn(region: string): SimulatedNode[] {
    return [...this.nodes.values()].filter((node) => node.region === region);
  }

  /** True load ÷ capacity, of all nodes there are. */
  utilizationOf(region: string): number {
    const nodes = this.nodesIn(region);
    return sum(nodes.map(({ sessions }) => sessions)) / sum(nodes.map(({ capacity }) => capacity));
  }

  transportOf(region: string): Transport {
    let transport = this.transports.get(region);
    if (!transport) this.transports.set(region, (transport = new Transport(this.options.busOf(region))));
    return transport;
  }

  add(node: SimulatedNode): void {
    this.nodes.set(node.id, node);
    this.nextHeartbeat.set(node, performance.now() + this.options.random() * this.options.intervalMs);
  }

  /** The machine is gone, with the sessions on it. */
  remove(node: SimulatedNode): void {
    this.nodes.delete(node.id);
    this.nextHeartbeat.delete(node);
  }

  /** A session begins on a node. */
  carry(node: SimulatedNode, lastsMs: number): void {
    const endsAt = performance.now() + lastsMs;
    const tick = Math.max(this.lastTick + 1, tickOf(endsAt));
    const others = this.sessions.get(tick);
    node.sessions++;
    if (others) others.push({ node, endsAt });
    else this.sessions.set(tick, [{ node, endsAt }]);
  }

  /** Has a node say at once what it is now. */
  announce(node: SimulatedNode, now = performance.now()): void {
    const { intervalMs } = this.options;
    const heartbeat = node.heartbeat(intervalMs);
    this.nextHeartbeat.set(node, now + intervalMs);
    this.transportOf(node.region).publish(subjectOf.heartbeat(node.region, node.id), heartbeat, now);
  }

  /** As a reporter does: drains until nothing is left or the deadline has passed, then says that it has stopped. */
  obey(nodeId: string, { command, id, instanceId, deadlineSeconds }: Command): void {
    const node = this.nodes.get(nodeId);
    if (node?.instanceId !== instanceId) return;
    const isDrain = command === 'drain';
    node.commandId = id;
    node.state = isDrain ? 'draining' : 'serving';
    if (isDrain) this.draining.set(node, performance.now() + deadlineSeconds * 1000);
    else this.draining.delete(node);
    this.announce(node);
  }

  start(): void {
    this.timer = setInterval(() => this.tick(performance.now()), TICK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tick(now: number): void {
    for (; this.lastTick < tickOf(now); this.lastTick++) this.endSessions(this.lastTick);
    for (const [node, deadline] of this.draining) {
      if (node.sessions > 0 && now < deadline) continue;
      this.draining.delete(node);
      node.state = 'stopped';
      this.announce(node, now);
    }
    for (const [node, due] of this.nextHeartbeat) if (due <= now) this.announce(node, now);
    for (const transport of this.transports.values()) transport.deliver(now);
  }

  private endSessions(tick: number): void {
    for (const { node } of this.sessions.get(tick) ?? []) node.sessions--;
    this.sessions.delete(tick);
  }
}

const tickOf = (ms: number) => Math.floor(ms / TICK_MS);

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
