import { jest } from '@jest/globals';
import {
  POLICY_KEY,
  POLICY_SUBJECT,
  STRATEGY_NAMES,
  subjectOf,
  type Heartbeat,
  type LogEntry,
  type PolicyDocument,
  type Spillover,
} from '@spillway/contracts';
import { MemoryBus, MemoryLog, type Following } from '@spillway/messaging';
import { aHeartbeat, aPolicy, seededRandom } from '@spillway/testkit';
import { ReplayedRouter } from './replayed-router.harness.js';

const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'] as const;
const NODES_PER_REGION = 3;
const INTERVAL_MS = 2_000;

export interface WorldOptions {
  readonly seconds: number;
  /** Entries may be removed from the log, and what outlived them be taken from the store. */
  readonly hasRetention: boolean;
  /** Milliseconds between two looks at what might happen, on average. */
  readonly tickMs?: number;
}

/** A small fleet, some routers and everything that can go wrong with them, all of it by one seed. */
export class ReplayedWorld {
  readonly entries: LogEntry[] = [];
  readonly routers: ReplayedRouter[] = [];
  private readonly random: () => number;
  private readonly log = new MemoryLog(() => this.serverTime);
  private readonly bus = new MemoryBus(this.log);
  private readonly nodes: Heartbeat[] = [];
  private readonly dead = new Set<number>();
  private serverOffset = 1_795_000_000_000;
  private boots = 0;
  private delayMs = 5;
  private policyRevision: number | undefined;
  private policy: PolicyDocument | undefined;
  private readonly spillovers = new Map<string, Spillover>();
  private readonly tickMs: number;
  private isFull = false;
  private following: Following | undefined;
  /** Drains that nodes have taken up. */
  private readonly draining = new Set<string | null>();

  constructor(
    seed: number,
    private readonly options: WorldOptions,
  ) {
    this.random = seededRandom(seed);
    this.tickMs = options.tickMs ?? 50;
  }

  /** Of the server, whose clock is stepped now and then. */
  private get serverTime(): number {
    return this.serverOffset + performance.now();
  }

  async live(): Promise<void> {
    await this.bus.provision();
    await this.follow();
    await this.announcePolicy();
    for (let i = 0; i < REGIONS.length * NODES_PER_REGION; i++) this.boot(i);
    const count = 1 + this.below(4);
    for (let i = 0; i < count; i++) await this.start(`r${i}`);
    for (let tick = 0; tick < (this.options.seconds * 1000) / this.tickMs; tick++) {
      await this.tick(tick);
    }
    for (const { bus } of this.routers) bus.restoreLink();
    await this.pass(3_000);
    await Promise.all(this.routers.map((router) => router.stop(3_000)));
    await this.pass(250);
  }

  private async tick(tick: number): Promise<void> {
    const { nodes, routers } = this;
    const every = INTERVAL_MS / this.tickMs;
    for (let i = tick % every; i < nodes.length; i += every) if (!this.dead.has(i)) this.beat(i);
    if (tick % 400 === 0) await this.restate();
    for (const router of routers) while (this.chance(0.2)) this.ask(router);
    for (const router of routers) if (this.chance(0.01)) router.look();
    if (this.chance(0.03)) await this.somethingHappens();
    await this.pass(this.chance(0.001) ? 200_000 * this.random() : this.tickMs * 2 * this.random());
  }

  private async somethingHappens(): Promise<void> {
    const i = this.below(this.nodes.length);
    const router = this.routers[this.below(this.routers.length)];
    const happenings: (() => unknown)[] = [
      () => void (this.dead.delete(i) || this.dead.add(i)),
      () => this.allFallSilent(),
      () => void (this.isFull = !this.isFull),
      () => this.boot(i),
      () => this.command(i),
      () => this.command(i),
      () => this.spill(),
      () => this.spill(),
      () => this.spill(),
      () => this.chance(0.3) && this.announcePolicy(),
      () => router && this.flip(router),
      () => router && this.flip(router),
      () => router && this.chance(0.5) && this.restart(router),
      () => void (this.delayMs = this.chance(0.7) ? 20 * this.random() : 3_000 * this.random()),
      () => void (this.chance(0.2) && (this.serverOffset += (this.random() - 0.5) * 20_000)),
      () => this.bus.publish('turn.v1.region.us-east-1.overload', { state: 'no such event' }),
      () => this.retain(),
      () => this.crash(),
    ];
    await happenings[this.below(happenings.length)]?.();
  }

  private async pass(ms: number): Promise<void> {
    const parts = Math.ceil(ms / 250);
    for (let part = 0; part < parts; part++) {
      jest.advanceTimersByTime(ms / parts);
      for (const router of this.routers) router.read(performance.now());
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    }
  }

  private async start(routerId: string): Promise<void> {
    const bootId = `b${this.boots++}`;
    const router = new ReplayedRouter(this.log, routerId, bootId, () => this.delayMs * (1 + this.random()));
    this.routers.push(router);
    await router.begin();
  }

  /** In good order, or killed with what it had not told. */
  private async restart(router: ReplayedRouter): Promise<void> {
    if (this.chance(0.5)) router.bus.dropLink();
    void router.stop(0);
    this.routers.splice(this.routers.indexOf(router), 1);
    await this.pass(50);
    await this.start(router.routerId);
  }

  private flip({ bus }: ReplayedRouter): void {
    if (bus.link === 'up') bus.dropLink();
    else bus.restoreLink();
  }

  private allFallSilent(): void {
    if (this.chance(0.5)) for (const i of this.nodes.keys()) this.dead.add(i);
    else this.dead.clear();
  }

  private boot(i: number): void {
    const region = REGIONS[i % REGIONS.length] ?? REGIONS[0];
    this.nodes[i] = aHeartbeat({
      region,
      nodeId: `${region}-${i}`,
      bootId: `boot-${this.boots++}`,
      instanceId: this.chance(0.8) ? `i-${i}` : `i-${i}-${this.boots}`,
      zone: this.chance(0.5) ? 'a' : 'b',
      intervalMs: this.chance(0.9) ? INTERVAL_MS : 20_000,
      capacity: { bandwidthBps: null, allocations: 100 },
      ...(this.chance(0.5) && { urls: ['turn:203.0.113.10:3478?transport=udp'] }),
      software: { version: this.chance(0.9) ? '4.17.1' : '4.9.0' },
      seq: 0,
    });
  }

  private beat(i: number): void {
    const node = this.nodes[i];
    if (!node) return;
    const isUp = this.chance(0.95) && !this.draining.has(node.commandId);
    const state = isUp ? 'serving' : this.chance(0.5) ? 'draining' : 'stopped';
    const allocations = this.isFull ? 100 : this.chance(0.95) ? this.below(105) : null;
    const load = { cpu: null, egressBps: null, ingressBps: null, allocations };
    this.nodes[i] = { ...node, seq: node.seq + 1, state, load };
    this.bus.publish(subjectOf.heartbeat(node.region, node.nodeId), this.nodes[i]);
  }

  private ask(router: ReplayedRouter): void {
    const address = [this.below(256), this.below(256), this.below(256), 1].join('.');
    const pick = () => REGIONS[this.below(REGIONS.length)] ?? REGIONS[0];
    const { policy } = router.view.fleet;
    router.ask(
      {
        ...(this.chance(0.5) && { userId: `user-${this.below(100)}` }),
        ...(this.chance(0.2) && { require: [pick(), pick()] }),
        ...(this.chance(0.2) && { prefer: pick() }),
        ...(this.chance(0.2) && {
          transports: this.chance(0.5) ? ['udp' as const] : ['tcp' as const],
        }),
        ...(this.chance(0.3) && { count: 1 + this.below(3) }),
        ...(this.chance(0.2) && policy?.tenants['acme'] && { tenant: 'acme' }),
      },
      this.chance(0.9) ? address : undefined,
    );
  }

  private async announcePolicy(): Promise<void> {
    const policy = aPolicy({
      revision: `p${this.boots++}`,
      strategy: STRATEGY_NAMES[this.below(STRATEGY_NAMES.length)],
      threshold: this.chance(0.5) ? 0.8 : 0.5,
      overload: { leave: 0.4 },
      reservation: { rampSeconds: 5 + this.below(20), allocations: 1 + this.below(3) },
      fixedMap: { continents: { EU: 'eu-central-1', AS: 'us-east-1' }, fallback: 'us-east-1' },
      versionFloor: this.chance(0.5) ? { coturn: '4.10' } : {},
      tenants: { acme: { regions: { require: ['eu-central-1'] } } },
      ...(this.chance(0.3) && {
        regions: { 'us-east-1': {}, 'eu-central-1': {}, 'sa-east-1': {} },
      }),
    });
    this.policy = policy;
    await this.restate();
    this.policyRevision = await this.bus.state.put(POLICY_KEY, policy, this.policyRevision);
  }

  /** As the autoscaler does, so that any part of the log can be read on its own. */
  private async restate(): Promise<void> {
    const { policy } = this;
    await this.bus.record(POLICY_SUBJECT, { at: new Date(0).toISOString(), policy }, `say-${this.boots++}`);
    for (const [region, spillover] of this.spillovers)
      this.bus.publish(subjectOf.spillover(region), spillover);
  }

  private spill(): void {
    const integralMs = this.below(200);
    const spillover: Spillover = {
      at: new Date(0).toISOString(),
      priceMs: integralMs,
      integralMs,
      utilization: null,
      demand: null,
      loadPerCredential: { bandwidthBps: 300_000, allocations: this.random() * 2 },
      origins: {},
      target: 0.79,
      generation: 1,
      validForSeconds: this.chance(0.5) ? 60 : 1,
    };
    const region = REGIONS[this.below(REGIONS.length)] ?? REGIONS[0];
    this.spillovers.set(region, spillover);
    this.bus.publish(subjectOf.spillover(region), spillover);
  }

  private command(i: number): void {
    const node = this.nodes[i];
    if (!node) return;
    const id = `c${this.boots++}`;
    const command = {
      at: new Date(0).toISOString(),
      id,
      command: this.chance(0.7) ? 'drain' : 'undrain',
      instanceId: node.instanceId,
      deadlineSeconds: 60,
      expiresAt: new Date(this.serverTime + this.random() * 20_000).toISOString(),
      reason: '',
    };
    this.bus.publish(subjectOf.command(node.region, node.nodeId), command);
    if (command.command === 'drain') this.draining.add(id);
    if (this.chance(0.5)) this.nodes[i] = { ...node, commandId: id };
  }

  private retain(): void {
    const last = this.log.stream?.lastPosition ?? 0;
    if (this.options.hasRetention) this.log.purgeUpTo(last - this.below(100));
  }

  private async follow(): Promise<void> {
    this.following = await this.bus.follow({
      onEntry: (entry) => {
        if (entry.position > (this.entries.at(-1)?.position ?? 0)) this.entries.push(entry);
      },
    });
  }

  /**
   * The log loses what was written last; nobody is connected meanwhile. Not while its clock is behind: by their times
   * what was lost and what came instead cannot be told apart then.
   */
  private async crash(): Promise<void> {
    const isBehind = this.entries.some(({ at }) => at > this.serverTime);
    if (!this.options.hasRetention || isBehind) return;
    await this.following?.stop();
    for (const { bus } of this.routers) bus.dropLink();
    this.log.loseLast(this.below(20));
    const last = this.log.stream?.lastPosition ?? 0;
    while ((this.entries.at(-1)?.position ?? 0) > last) this.entries.pop();
    for (const { bus } of this.routers) bus.restoreLink();
    await this.follow();
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }
  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}
