import {
  parseEvent,
  POLICY_SUBJECT,
  subjectOf,
  type Asked,
  type Command,
  type Heartbeat,
  type PolicyDocument,
  type WrittenDecision,
} from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import { MemoryBus, MemoryLog } from '@spillway/messaging';
import {
  place,
  placementRequest,
  placementView,
  RULE_VERSION,
  seedOfRun,
  type Coordinates,
  type PlacementView,
} from '@spillway/placement';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import { userHash } from '@spillway/turn';
import type { SearchedLog } from './searched-log.js';

export const T0 = 1_795_000_000_000;
export const FRANKFURT: Asked = { country: 'DE', continent: 'EU', lat: 50, lon: 9 };

/** Far from real, near enough for an order: one ms per degree. */
export const degrees = (a: Coordinates, b: Coordinates) =>
  Math.abs(a.latitude - b.latitude) + Math.abs(a.longitude - b.longitude);

const at = '2026-11-22T10:00:00.000Z';
const NODES = ['eu-central-1/eu1', 'eu-central-1/eu2', 'us-east-1/us1', 'ap-southeast-1/ap1'];

/** A log, and a router that decides on it and tells of every decision at once. */
export class LogStage {
  now = T0;
  readonly log = new MemoryLog(() => this.now);
  readonly searched: SearchedLog;
  /** Windows that were read. */
  readonly reads: string[] = [];
  private readonly fleet = new Fleet('boot');
  private readonly seed = seedOfRun('r1', 'boot');
  private view: PlacementView | undefined;
  private seq = 0;
  private batch = 0;
  private n = 0;

  constructor(isFile = false) {
    this.log.provision();
    const bus = new MemoryBus(this.log);
    this.searched = {
      isFile,
      open: (window, signal) => {
        this.reads.push(JSON.stringify(window));
        return bus.readLog(window, signal);
      },
    };
  }

  policy(policy: PolicyDocument = aPolicy({ strategy: 'priced' })): this {
    const position = this.append(POLICY_SUBJECT, { at, policy });
    this.fleet.apply({ position, at: this.now, event: { kind: 'policy', policy } }, this.now);
    this.view = placementView(this.fleet, degrees);
    return this;
  }

  /** An operator's order to a node, which was said again and holds for four hours. */
  standingDrain(region: string, node: string): this {
    const expiresAt = new Date(this.now + 4 * 3_600_000).toISOString();
    const order = { command: 'drain', instanceId: 'i-1', deadlineSeconds: 600, origin: 'operator' } as const;
    const command: Command = {
      at,
      id: 'c-1',
      ...order,
      expiresAt,
      reason: 'kernel update',
      isStanding: true,
    };
    const position = this.append(subjectOf.command(region, node), command);
    this.fleet.apply({ position, at: this.now, event: { kind: 'command', region, node, command } }, this.now);
    return this;
  }

  /** Another router tells that it sent somebody to a node. */
  issueElsewhere(node: string, routerId = 'r2'): this {
    const decision = { ...FRANKFURT, region: 'eu-central-1', nodes: [node], nearestRegion: 'eu-central-1' };
    const decisions: WrittenDecision[] = [{ ...decision, reason: 'nearest' }];
    const told = { rule: RULE_VERSION, fromN: 0, fromMs: this.now, fromPosition: this.fleet.position };
    const basis = { ...told, view: '00000000', sentMs: this.now };
    const issued = { at, routerId, bootId: 'boot-2', batch: 0, basis, decisions };
    const subject = subjectOf.issued(routerId);
    const position = this.append(subject, issued);
    const parsed = parseEvent(subject, new TextEncoder().encode(JSON.stringify(issued)));
    if (!parsed.ok) throw new Error('the batch is not valid');
    this.fleet.apply({ position, at: this.now, event: parsed.event }, this.now);
    return this;
  }

  /** Every node says how loaded it is, 0–1. */
  beat(loadOf: (nodeId: string) => number = () => 0.3, nodes: readonly string[] = NODES): this {
    this.seq++;
    for (const node of nodes) {
      const [region = '', nodeId = ''] = node.split('/');
      const load = { cpu: null, egressBps: null, ingressBps: null, allocations: loadOf(nodeId) * 5_000 };
      this.hear(aHeartbeat({ region, nodeId, seq: this.seq, load }));
    }
    return this;
  }

  pass(ms: number): this {
    this.now += ms;
    return this;
  }

  /** Time passes, and all nodes are heard every 2 s. */
  beatFor(seconds: number, loadOf?: (nodeId: string) => number): this {
    for (let i = 0; i < seconds; i += 2) this.pass(2_000).beat(loadOf);
    return this;
  }

  /** @returns the decision's id. */
  decide(user?: string, asked: Asked = FRANKFURT): string {
    const { fleet, seed, view, now } = this;
    if (!view) throw new Error('there is no policy');
    fleet.advance(now);
    const basis = { rule: RULE_VERSION, fromN: this.n, fromMs: fleet.now, fromPosition: fleet.position };
    const told = { ...basis, view: fleet.digest(), sentMs: fleet.now };
    const placement = place(view, placementRequest(asked, seed, this.n));
    if (!placement.isPlaced) throw new Error(`refused: ${placement.code}`);
    const { region, nearestRegion, reason } = placement;
    const nodes = placement.nodes.map(({ id }) => id);
    const hash = user === undefined ? undefined : userHash(user);
    const decision: WrittenDecision = { ...asked, user: hash, region, nodes, nearestRegion, reason };
    const issued = {
      at,
      routerId: 'r1',
      bootId: 'boot',
      batch: this.batch++,
      basis: told,
      decisions: [decision],
    };
    for (const node of nodes) fleet.reserve(node, now);
    this.append(subjectOf.issued('r1'), issued);
    return `r1-boot-${(this.n++).toString(36)}`;
  }

  /** What was read of everything, in messages at most: the spans of windows without a filter. */
  get widestReadMs(): number {
    const froms = this.reads.map((read) => JSON.parse(read) as { filter?: string; from?: { ms?: number } });
    const dense = froms.filter(({ filter }) => filter === undefined).map(({ from }) => from?.ms ?? this.now);
    return this.now - Math.min(...dense);
  }

  private hear(heartbeat: Heartbeat): void {
    const position = this.append(subjectOf.heartbeat(heartbeat.region, heartbeat.nodeId), heartbeat);
    this.fleet.apply({ position, at: this.now, event: { kind: 'heartbeat', heartbeat } }, this.now);
  }

  private append(subject: string, payload: unknown): number {
    const position = this.log.append(subject, new TextEncoder().encode(JSON.stringify(payload)));
    if (position === undefined) throw new Error('the log takes everything');
    return position;
  }
}
