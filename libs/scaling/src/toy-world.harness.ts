import type { DecisionRecord, LogEvent, PolicyDocument, RegionControl, Scale } from '@spillway/contracts';
import { Fleet, integralAt, priceCurve, priceMs, type FleetNode } from '@spillway/fleet';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit/builders';
import { ControlLoop } from './control-loop.js';
import type { Instance, Inventory } from './inventory.js';
import type { RegionStep } from './region-step.js';

export const T0 = 1_795_000_000_000;
const AT = '2026-11-22T10:00:00.000Z';
/** Of every node. */
const KBPS = 1_000_000;
const CALL_KBPS = 3_000;
/** What the second best region costs a client more, in ms: evenly spread. */
const NEXT_BEST_MS = { from: 10, to: 150 };

/** Two regions, near each other, whose calls last two minutes. */
export function aToyPolicy(
  scaling: Readonly<Record<string, Record<string, unknown>>> = {},
  more: Record<string, unknown> = {},
): PolicyDocument {
  const region = (id: string) => ({
    provider: { kind: 'process' },
    min: 1,
    max: 40,
    stabilizationDownSeconds: 120,
    coolDownSeconds: 20,
    drainDeadlineSeconds: 300,
    ...scaling[id],
  });
  return aPolicy({
    strategy: 'priced',
    regions: {
      'us-east-1': { latitude: 39.04, longitude: -77.49, scaling: region('us-east-1') },
      'eu-central-1': { latitude: 50.11, longitude: 8.68, scaling: region('eu-central-1') },
    },
    reservation: { bandwidthBps: 3_000_000, allocations: 1, sessionSeconds: 120, rampSeconds: 1 },
    ...more,
  });
}

export interface ToyOptions {
  readonly policy: PolicyDocument;
  /** Nodes at the start, all of them instances of the provider. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Of the nodes at the start, those the provider does not know. */
  readonly staticNodes?: Readonly<Record<string, number>>;
  /** What a region's clients would put on it, in nodes' worth of load. */
  readonly demand: (region: string, second: number) => number;
  readonly bootSeconds?: number;
  /** Calls come by chance, drawn from this; evenly unless given. */
  readonly random?: () => number;
  /** Clients of a region without nodes are served elsewhere. */
  readonly isHomeless?: boolean;
  /** Instances that never come up, by how many were ordered before. */
  readonly failsToBoot?: (ordered: number) => boolean;
  /** Plans that the provider refuses before it has done anything. */
  readonly refuses?: (region: string, plan: Scale) => boolean;
}

interface ToyNode {
  readonly region: string;
  readonly id: string;
  readonly bornAt: number;
  readonly comesUp: boolean;
  state: 'starting' | 'serving' | 'draining' | 'stopped';
  commandId: string | null;
  seq: number;
  /** kbit/s. */
  load: number;
}

/**
 * A world of fluid calls: arrivals follow the price, calls stay where they are and end at random, nodes boot and
 * drain, the provider does what it is told at once. One fold stands for router and autoscaler.
 */
export class ToyWorld {
  readonly fleet = new Fleet();
  loop = new ControlLoop(this.fleet);
  second = 0;
  generation = 1;
  isLinkUp = true;
  /** Nodes whose heartbeats are lost. */
  isMuted: (node: { region: string; id: string }) => boolean = () => false;
  isInventoryKnown: (region: string) => boolean = () => true;
  /** Sees every plan before it is carried out. */
  onPlan: (region: string, plan: Scale) => void = () => undefined;
  readonly plans: { readonly second: number; readonly region: string; readonly plan: Scale }[] = [];
  readonly steps: RegionStep[] = [];
  readonly nodes = new Map<string, ToyNode>();
  readonly stored = new Map<string, RegionControl>();
  private readonly entry = aLog();
  private readonly arrivalsLeft = new Map<string, number>();
  private ordered = 0;

  constructor(readonly options: ToyOptions) {
    this.put({ kind: 'policy', policy: options.policy });
    for (const [region, count] of Object.entries(options.nodes)) {
      for (let i = 0; i < count; i++) this.bear(region, 'i', -Infinity, true);
      const load = options.demand(region, 0) * KBPS;
      const own = this.nodesOf(region);
      for (const node of own) node.load = load / own.length;
    }
    for (const [region, count] of Object.entries(options.staticNodes ?? {})) {
      for (let i = 0; i < count; i++) this.bear(region, 's', -Infinity, true);
    }
    this.beat();
  }

  get now(): number {
    return T0 + this.second * 1000;
  }

  run(seconds: number, each?: (world: this) => void): this {
    for (let i = 0; i < seconds; i++) {
      this.tick();
      each?.(this);
    }
    return this;
  }

  count(region: string, ...states: ToyNode['state'][]): number {
    return this.nodesOf(region).filter(({ state }) => states.length === 0 || states.includes(state)).length;
  }

  utilization(region: string): number | null {
    return this.fleet.regions.get(region)?.utilization ?? null;
  }

  price(region: string): number {
    const known = this.fleet.regions.get(region);
    const spillover = known?.spillover;
    const integral = spillover ? integralAt(spillover.event, spillover.at, this.now) : 0;
    const curve = priceCurve(this.options.policy, known?.holds ?? Infinity);
    return priceMs(known?.utilization ?? 0, integral, curve);
  }

  /** The plans of a region in short: `+2` for two nodes more or taken back, `-1` for one drained, `x1` for one ended. */
  story(region = 'us-east-1'): string[] {
    return this.plans
      .filter((each) => each.region === region)
      .flatMap(({ plan }) => {
        const more = plan.undrain.length + Math.max(0, plan.desired - plan.current + plan.terminate.length);
        const parts = [
          ['+', more],
          ['-', plan.drain.length],
          ['x', plan.terminate.length],
        ] as const;
        return parts.flatMap(([sign, count]) => (count > 0 ? [`${sign}${count}`] : []));
      });
  }

  /** How often a region turned from growing to shrinking or back. */
  turns(region: string): number {
    const directions = this.story(region).flatMap((step) => (step.startsWith('x') ? [] : step.slice(0, 1)));
    return directions.filter((direction, i) => i > 0 && direction !== directions[i - 1]).length;
  }

  /** An operator drains the first instance of a region that serves. */
  operatorDrain(region: string): void {
    const node = this.nodesOf(region).find(({ id, state }) => id.startsWith('i') && state === 'serving');
    if (node) this.order(region, node.id, 'drain', `operator-${this.second}`, 'operator');
  }

  /** What the provider has in every region. */
  inventories(): Map<string, Inventory | undefined> {
    return new Map(Object.keys(this.options.policy.regions).map((id) => [id, this.inventoryOf(id)]));
  }

  /** Another autoscaler takes over, knowing the log and what is stored. */
  restart(): void {
    this.generation++;
    this.loop = new ControlLoop(this.fleet);
    for (const [region, control] of this.stored) this.loop.adopt(region, control);
  }

  put(event: LogEvent): void {
    const entry = this.entry(event, this.now);
    this.fleet.apply(entry, this.now);
    this.loop.observe(entry);
  }

  private tick(): void {
    this.second++;
    this.live();
    this.arrive();
    if (this.second % 2 === 0) this.beat();
    this.fleet.advance(this.now);
    const inventories = this.inventories();
    const { generation, isLinkUp } = this;
    for (const step of this.loop.step(this.now, { generation, inventories, isLinkUp })) this.take(step);
  }

  private take(step: RegionStep): void {
    this.steps.push(step);
    const { region, spillover, overload, plan } = step;
    if (spillover) this.put({ kind: 'spillover', region, spillover: { ...spillover, at: AT } });
    if (overload) {
      const { sinceMs: _, ...rest } = overload;
      this.put({ kind: 'overload', region, overload: { ...rest, at: AT, since: AT } });
    }
    this.stored.set(region, step.control);
    if (plan) this.execute(region, { ...plan, at: AT, outcome: 'planned', error: null });
  }

  private execute(region: string, plan: Scale): void {
    this.onPlan(region, plan);
    this.plans.push({ second: this.second, region, plan });
    this.loop.settle(region, plan);
    for (const id of plan.undrain) this.order(region, id, 'undrain', `plan-${plan.revision}`);
    for (const id of plan.drain) this.order(region, id, 'drain', `plan-${plan.revision}`);
    if (this.options.refuses?.(region, plan)) {
      this.stored.set(region, this.loop.settle(region, { ...plan, outcome: 'failed' }));
      return;
    }
    for (const id of plan.terminate) this.nodes.delete(id);
    while (this.instancesOf(region).length < plan.desired) {
      const comesUp = !this.options.failsToBoot?.(this.ordered++);
      this.bear(region, 'i', this.second, comesUp);
    }
    this.stored.set(region, this.loop.settle(region, { ...plan, outcome: 'done' }));
  }

  private order(
    region: string,
    id: string,
    command: 'drain' | 'undrain',
    commandId: string,
    origin: 'autoscaler' | 'operator' = 'autoscaler',
  ): void {
    this.put({
      kind: 'command',
      region,
      node: id,
      command: {
        at: AT,
        id: commandId,
        command,
        instanceId: id,
        deadlineSeconds: 600,
        expiresAt: '2100-01-01T00:00:00.000Z',
        reason: '',
        origin,
      },
    });
    const node = this.nodes.get(id);
    if (!node) return;
    node.state = command === 'drain' ? 'draining' : 'serving';
    node.commandId = commandId;
  }

  private live(): void {
    const { sessionSeconds } = this.options.policy.reservation;
    for (const node of this.nodes.values()) {
      node.load *= Math.exp(-1 / sessionSeconds);
      const isUp = this.second - node.bornAt >= (this.options.bootSeconds ?? 20);
      if (node.state === 'starting' && isUp && node.comesUp) node.state = 'serving';
      if (node.state === 'draining' && node.load < CALL_KBPS) {
        node.state = 'stopped';
        node.load = 0;
      }
    }
  }

  /** New calls of one second, region by region, to where they cost least. */
  private arrive(): void {
    const { policy, demand } = this.options;
    for (const home of Object.keys(policy.regions)) {
      const rate = demand(home, this.second) * (1 - Math.exp(-1 / policy.reservation.sessionSeconds));
      const abroad = this.nextBest(home);
      const { from, to } = NEXT_BEST_MS;
      const lead = abroad === undefined ? 0 : this.price(home) - this.price(abroad) - from;
      const isHomeless = this.options.isHomeless && this.utilization(home) === null;
      const share = isHomeless ? 1 : Math.min(1, Math.max(0, lead / (to - from)));
      this.serve(home, home, rate * KBPS * (1 - share));
      if (abroad !== undefined && share > 0) this.serve(abroad, home, rate * KBPS * share);
    }
  }

  private nextBest(home: string): string | undefined {
    const isOpen = (id: string) => (this.utilization(id) ?? 1) < this.options.policy.threshold;
    const others = Object.keys(this.options.policy.regions).filter((id) => id !== home && isOpen(id));
    return others.sort((a, b) => this.price(a) - this.price(b))[0];
  }

  private serve(region: string, home: string, kbps: number): void {
    const usable = this.fleet.regions.get(region)?.usable ?? [];
    const key = `${home}>${region}`;
    const { random } = this.options;
    const due = (random ? 0 : (this.arrivalsLeft.get(key) ?? 0)) + kbps / CALL_KBPS;
    const calls = random ? poisson(due, random) : Math.floor(due);
    this.arrivalsLeft.set(key, due - calls);
    if (usable.length === 0) return;
    const decisions = Array.from({ length: calls }, (_, i): DecisionRecord => {
      const node: FleetNode | undefined = usable[(this.second + i) % usable.length];
      const real = this.nodes.get(node?.id ?? '');
      if (real) real.load += CALL_KBPS;
      const reason = region === home ? 'nearest' : 'spillover';
      return { id: `d-${i}`, region, nodes: [node?.id ?? ''], nearestRegion: home, reason, ageMs: 0 };
    });
    this.put({
      kind: 'issued',
      issued: { at: AT, routerId: 'r1', bootId: 'b1', batch: this.second, decisions },
    });
  }

  private beat(): void {
    for (const node of this.nodes.values()) {
      if (this.isMuted(node) || (node.state === 'starting' && !node.comesUp)) continue;
      const { id, region, state, commandId, load } = node;
      this.put({
        kind: 'heartbeat',
        heartbeat: aHeartbeat({
          nodeId: id,
          instanceId: id,
          region,
          state,
          commandId,
          seq: ++node.seq,
          intervalMs: 2000,
          capacity: { bandwidthBps: KBPS * 1000, allocations: 5000 },
          load: {
            cpu: 0.1,
            egressBps: load * 1000,
            ingressBps: 0,
            allocations: Math.round(load / CALL_KBPS),
          },
        }),
      });
    }
  }

  private bear(region: string, prefix: 'i' | 's', bornAt: number, comesUp: boolean): void {
    const id = `${prefix}-${region}-${this.nodes.size}-${this.second}`;
    const state = bornAt === -Infinity ? 'serving' : 'starting';
    this.nodes.set(id, { region, id, bornAt, comesUp, state, commandId: null, seq: 0, load: 0 });
  }

  private nodesOf(region: string): ToyNode[] {
    return [...this.nodes.values()].filter((node) => node.region === region);
  }

  private instancesOf(region: string): Instance[] {
    return this.nodesOf(region)
      .filter(({ id }) => id.startsWith('i'))
      .map(({ id, state }) => ({ instanceId: id, phase: state === 'starting' ? 'booting' : 'running' }));
  }

  private inventoryOf(region: string): Inventory | undefined {
    return this.isInventoryKnown(region) ? { instances: this.instancesOf(region) } : undefined;
  }
}

/** Knuth's; for small means. */
function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}
