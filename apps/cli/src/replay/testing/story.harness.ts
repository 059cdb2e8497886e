import type {
  Command,
  DecisionRecord,
  Heartbeat,
  Issued,
  LogEntry,
  LogEvent,
  Overload,
  PolicyDocument,
  Scale,
  Spillover,
} from '@spillway/contracts';
import type { LogBatch, WindowGap } from '@spillway/messaging';
import { aHeartbeat, aPolicy } from '@spillway/testkit';

export const T0 = Date.parse('2026-11-22T10:00:00Z');
const BEAT_MS = 2_000;

type HeartbeatRest = Parameters<typeof aHeartbeat>[0];

/** Writes a log as a fleet would: its nodes are heard every 2 s, unless told otherwise, and so are its routers. */
export class Story {
  readonly batches: LogBatch[] = [];
  atMs = T0;
  private position = 0;
  private gap: WindowGap | null = null;
  private readonly nodes = new Map<string, { heartbeat: Heartbeat; isSilent: boolean }>();
  private readonly routers = new Map<string, { batch: number; n: number; decisions: DecisionRecord[] }>();

  constructor(policy: PolicyDocument | null = aPolicy({ strategy: 'priced' })) {
    if (policy) this.write({ kind: 'policy', policy });
  }

  static readonly at = (seconds: number) => T0 + seconds * 1000;

  write(event: LogEvent, atMs = this.atMs): void {
    const entry: LogEntry = { position: ++this.position, at: atMs, event };
    this.batches.push({ gap: this.gap, entries: [entry], rejected: [], position: entry.position });
    this.gap = null;
  }

  /** Everybody is heard again and again. */
  pass(seconds: number): this {
    const end = this.atMs + seconds * 1000;
    while (this.atMs < end) {
      this.atMs = Math.min(end, this.atMs + BEAT_MS);
      for (const [id, { isSilent }] of this.nodes) if (!isSilent) this.beat(id);
      for (const id of this.routers.keys()) this.send(id);
    }
    return this;
  }

  /** Nobody is heard. */
  silence(seconds: number): this {
    this.atMs += seconds * 1000;
    return this;
  }

  /** @param id also says where: `eu-central-1/n1`. */
  node(id: string, rest: HeartbeatRest = {}): this {
    const [region = '', nodeId = ''] = id.split('/');
    const known = this.nodes.get(id)?.heartbeat;
    const base = known ?? aHeartbeat({ region, nodeId, seq: 0, intervalMs: BEAT_MS });
    const { load, capacity, software, ...other } = rest;
    const heartbeat: Heartbeat = {
      ...base,
      ...other,
      load: { ...base.load, ...load },
      capacity: { ...base.capacity, ...capacity },
      software: { ...base.software, ...software },
    };
    this.nodes.set(id, { heartbeat, isSilent: false });
    this.beat(id);
    return this;
  }

  /** What it says from its next heartbeat on. @param cpu share of 1 */
  loaded(id: string, cpu: number): this {
    const node = this.nodes.get(id);
    if (node) node.heartbeat = { ...node.heartbeat, load: { ...node.heartbeat.load, cpu } };
    return this;
  }

  silent(...ids: string[]): this {
    for (const id of ids) {
      const node = this.nodes.get(id);
      if (node) node.isSilent = true;
    }
    return this;
  }

  heard(...ids: string[]): this {
    for (const id of ids) this.node(id);
    return this;
  }

  router(id: string): this {
    this.routers.set(id, { batch: 0, n: 0, decisions: [] });
    this.send(id);
    return this;
  }

  routerGone(id: string): this {
    this.routers.delete(id);
    return this;
  }

  /** Clients of a region, by where they are served. Told with the router's next batch. */
  clients(router: string, nearestRegion: string, served: Record<string, number>): this {
    const known = this.routers.get(router);
    for (const [region, count] of Object.entries(served)) {
      for (let i = 0; i < count; i++) {
        const reason = region === nearestRegion ? 'nearest' : 'spillover';
        const id = `${router}-boot-${known?.n ?? 0}`;
        const atMs = this.atMs;
        known?.decisions.push({
          id,
          region,
          nodes: ['n1'],
          nearestRegion,
          reason,
          ageMs: 0,
          atMs,
          position: 0,
        });
      }
    }
    return this;
  }

  batch(router: string, rest: Partial<Issued> = {}): this {
    const known = this.routers.get(router);
    const at = new Date(this.atMs).toISOString();
    const batch = known ? known.batch++ : 0;
    const decisions = known?.decisions ?? [];
    if (known) known.decisions = [];
    this.write({
      kind: 'issued',
      issued: { at, routerId: router, bootId: 'boot', batch, decisions, ...rest },
    });
    return this;
  }

  command(id: string, rest: Partial<Command> = {}): this {
    const [region = '', node = ''] = id.split('/');
    const command: Command = {
      at: new Date(this.atMs).toISOString(),
      id: 'c1',
      command: 'drain',
      instanceId: 'i-1',
      deadlineSeconds: 600,
      expiresAt: new Date(this.atMs + 60_000).toISOString(),
      reason: 'spare',
      origin: 'autoscaler',
      ...rest,
    };
    this.write({ kind: 'command', region, node, command });
    return this;
  }

  overload(region: string, rest: Partial<Overload> = {}): this {
    const at = new Date(this.atMs).toISOString();
    const overload: Overload = {
      at,
      state: 'entered',
      utilization: 0.87,
      threshold: 0.8,
      since: at,
      ...rest,
    };
    this.write({ kind: 'overload', region, overload });
    return this;
  }

  price(region: string, integralMs: number, rest: Partial<Spillover> = {}): this {
    const spillover: Spillover = {
      at: new Date(this.atMs).toISOString(),
      priceMs: integralMs,
      integralMs,
      utilization: 0.5,
      demand: 0.6,
      loadPerCredential: { bandwidthBps: 1_000_000, allocations: 0.5 },
      origins: {},
      target: 0.79,
      generation: 1,
      validForSeconds: 60,
      ...rest,
    };
    this.write({ kind: 'spillover', region, spillover });
    return this;
  }

  plan(region: string, rest: Partial<Scale> = {}): this {
    const scale: Scale = {
      at: new Date(this.atMs).toISOString(),
      revision: 1,
      parentRevision: null,
      generation: 1,
      current: 2,
      desired: 3,
      drain: [],
      undrain: [],
      terminate: [],
      reasons: [{ step: 'grow', isTaken: true, code: 'need', detail: '3 for 2.4' }],
      outcome: 'planned',
      error: null,
      ...rest,
    };
    this.write({ kind: 'scale', region, scale });
    return this;
  }

  /** The next so many positions are not there. */
  lose(count: number, cause: WindowGap['cause'] = 'retention'): this {
    this.gap = { from: this.position + 1, to: this.position + count, cause };
    this.position += count;
    return this;
  }

  private beat(id: string): void {
    const node = this.nodes.get(id);
    if (!node) return;
    node.heartbeat = { ...node.heartbeat, seq: node.heartbeat.seq + 1 };
    this.write({ kind: 'heartbeat', heartbeat: node.heartbeat });
  }

  private send(id: string): void {
    this.batch(id);
  }
}
