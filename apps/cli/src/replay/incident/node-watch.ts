import type { Heartbeat } from '@spillway/contracts';
import { FORGET_AFTER_MS, type FleetNode, type Freshness } from '@spillway/fleet';
import { Groups } from './group.js';
import type { IncidentKind } from './incident-event.js';
import type { EventOf, Scene, Watch } from './watch.js';
import { duration } from '../../log/wording.js';

/** A reporter that has said no more than this has just begun. */
const YOUNG_SEQ = 5;
/** Longest interval of heartbeats: whoever is heard first later than this was not there before. */
const LONGEST_INTERVAL_MS = 60_000;

interface Watched {
  readonly node: FleetNode;
  said: Heartbeat;
  freshness: Freshness;
  hasServed: boolean;
  isLost: boolean;
}

/** Nodes that come, go, fall silent, drain, and whose relays stop to answer. */
export class NodeWatch implements Watch {
  /** By region, then by id. */
  private readonly regions = new Map<string, Map<string, Watched>>();
  private readonly groups: Groups;

  constructor(private readonly scene: Scene) {
    this.groups = new Groups(scene);
  }

  onHeartbeat({ heartbeat }: EventOf<'heartbeat'>, now: number): void {
    const watched = this.regions.get(heartbeat.region)?.get(heartbeat.nodeId);
    if (!watched) return this.meet(heartbeat, now);
    const { said } = watched;
    watched.said = heartbeat;
    if (said.instanceId !== heartbeat.instanceId) this.replace(watched, now);
    else if (said.bootId !== heartbeat.bootId) this.add('reporter-restarted', heartbeat, now);
    if (said.state !== heartbeat.state) this.change(watched, said, now);
  }

  onLook(now: number): void {
    for (const nodes of this.regions.values()) {
      for (const watched of nodes.values()) {
        const { freshness } = watched.node;
        if (freshness !== watched.freshness) this.age(watched, now);
        if (freshness === 'unknown') this.bury(watched, now);
      }
    }
    this.groups.tellAll();
  }

  private meet(said: Heartbeat, now: number): void {
    const node = this.scene.fleet.node(said.region, said.nodeId);
    if (!node) return;
    const isNew = said.seq <= YOUNG_SEQ || now - this.scene.beganAt > LONGEST_INTERVAL_MS;
    const hasServed = said.state !== 'starting' || !isNew;
    const watched = { node, said, freshness: node.freshness, hasServed, isLost: false };
    const nodes = this.regions.get(said.region) ?? new Map<string, Watched>();
    this.regions.set(said.region, nodes.set(said.nodeId, watched));
    if (!isNew) return;
    if (said.state === 'starting') this.add('node-booting', said, now);
    if (said.state === 'serving') this.add('node-joined', said, now);
  }

  private replace(watched: Watched, now: number): void {
    watched.hasServed = false;
    this.add('node-replaced', watched.said, now);
  }

  private change(watched: Watched, before: Heartbeat, now: number): void {
    const { said } = watched;
    switch (said.state) {
      case 'starting':
        return this.add(before.bootId === said.bootId ? 'relay-down' : 'node-booting', said, now);
      case 'serving':
        this.add(servingKind(before, watched), said, now);
        watched.hasServed = true;
        return;
      case 'draining':
        return this.add('node-draining', said, now);
      case 'stopped':
        watched.hasServed = false;
        return this.add(said.commandId === null ? 'node-stopped' : 'node-drained', said, now);
    }
  }

  private age(watched: Watched, now: number): void {
    const { node } = watched;
    watched.freshness = node.freshness;
    const silentFor = `${PHRASES['node-suspect']} ${duration(now - node.lastSeenAt)}`;
    if (node.freshness === 'fresh') {
      if (watched.isLost) this.add('node-back', node.heartbeat, now);
      watched.isLost = false;
    } else if (watched.said.state !== 'stopped') {
      if (node.freshness === 'unknown') watched.isLost = true;
      const kind = node.freshness === 'unknown' ? 'node-lost' : 'node-suspect';
      this.add(kind, node.heartbeat, now, silentFor);
    }
  }

  /** Who was forgotten is another node to the fold when it comes again. */
  private bury({ node, said }: Watched, now: number): void {
    if (this.scene.fleet.node(said.region, said.nodeId) === node) return;
    const nodes = this.regions.get(said.region);
    nodes?.delete(said.nodeId);
    if (nodes?.size === 0) this.regions.delete(said.region);
    if (said.state !== 'stopped') this.add('node-forgotten', said, now);
  }

  private add(
    kind: NodeKind,
    { region, nodeId }: Heartbeat,
    now: number,
    phrase: string = PHRASES[kind],
  ): void {
    this.groups.add(kind, region, nodeId, phrase, now);
  }
}

function servingKind(before: Heartbeat, { hasServed }: Watched): NodeKind {
  if (before.state === 'draining') return 'node-undrained';
  return before.state === 'starting' && hasServed ? 'relay-up' : 'node-joined';
}

const PHRASES = {
  'node-booting': 'heard for the first time, not in service yet',
  'node-joined': 'in service',
  'node-suspect': 'not heard for',
  'node-lost': 'lost',
  'node-back': 'heard again',
  'node-forgotten': `silent for ${duration(FORGET_AFTER_MS)}, counted no more`,
  'node-replaced': 'rebuilt, another instance bears the name',
  'relay-down': 'the relay does not answer',
  'relay-up': 'the relay answers again',
  'reporter-restarted': 'the reporter was started anew',
  'node-draining': 'draining, takes no new clients',
  'node-undrained': 'takes clients again',
  'node-drained': 'drained',
  'node-stopped': 'stopped in good order',
} as const satisfies Partial<Record<IncidentKind, string>>;

type NodeKind = keyof typeof PHRASES;
