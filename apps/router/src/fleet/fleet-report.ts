import { Injectable } from '@nestjs/common';
import type { Heartbeat, Scale } from '@spillway/contracts';
import { utilizationOf, type FleetNode, type FleetRegion, type Freshness } from '@spillway/fleet';
import { FleetView } from './fleet-view.js';
import { priceAgeSeconds } from './price-age.js';

/** `GET /v1/regions`. */
export interface RegionsReport {
  position: number;
  link: 'up' | 'down';
  policyRevision: string | null;
  strategy: string | null;
  regions: RegionReport[];
}

export interface RegionReport {
  region: string;
  /** 0–1 and above, with reservations; `null` when unknown. */
  utilization: number | null;
  /** What its own clients would put there with all prices at zero, 0–1 and above; `null` when unknown. */
  demand: number | null;
  usableNodes: number;
  nodes: number;
  /** What a place there costs, in ms of round-trip time, as this router sees it now. */
  priceMs: number;
  /** By the autoscaler's word. */
  overloaded: boolean;
  /** Since the autoscaler last said its part of the price; `null` when it never did. */
  priceAgeSeconds: number | null;
  /** The last of the autoscaler; `null` when there was none. */
  plan: PlanReport | null;
}

/** Ids map the fleet, and keys with `issue` may sit in browsers: those see how many, `admin` sees which. */
export interface PlanReport
  extends Pick<Scale, 'current' | 'desired' | 'outcome'>, Partial<Pick<Scale, PlanStep>> {
  steps: Record<PlanStep, number>;
}
type PlanStep = 'drain' | 'undrain' | 'terminate';

/** What of the regions somebody may see. */
export interface RegionsView {
  /** Only these, of those that the policy names; all unless given. */
  readonly only?: readonly string[] | undefined;
  /** Whether plans name their nodes and instances; they do not unless told. */
  readonly hasIds?: boolean;
}

/** `GET /v1/nodes`. */
export interface NodesReport {
  nodes: NodeReport[];
}

export interface NodeReport extends Pick<
  Heartbeat,
  'nodeId' | 'region' | 'zone' | 'kind' | 'state' | 'load' | 'capacity' | 'software'
> {
  freshness: Freshness;
  usable: boolean;
  /** It was told to drain, and the order stands. */
  drainOrdered: boolean;
  /** Part of its load is made up, for a demonstration. */
  synthetic: boolean;
  utilization: number | null;
  /** Credentials issued that its heartbeats do not show yet, and the load expected of them. */
  reserved: { credentials: number; bandwidthBps: number; allocations: number };
  lastSeenMsAgo: number;
}

@Injectable()
export class FleetReport {
  constructor(private readonly view: FleetView) {}

  regions({ only, hasIds = false }: RegionsView = {}): RegionsReport {
    const { view } = this;
    const deciding = view.now();
    return {
      position: view.fleet.position,
      link: view.link,
      policyRevision: view.fleet.policy?.revision ?? null,
      strategy: view.fleet.policy?.strategy ?? null,
      regions: [...view.fleet.regions.values()].flatMap((region, i) =>
        only?.includes(region.id) === false ? [] : [this.region(region, deciding?.priceMs[i] ?? 0, hasIds)],
      ),
    };
  }

  nodes(): NodesReport {
    this.view.now();
    const nodes = [...this.view.fleet.nodes.values()].map((node) => this.node(node));
    nodes.sort((a, b) => compare(a.region, b.region) || compare(a.nodeId, b.nodeId));
    return { nodes };
  }

  private region(region: FleetRegion, priceMs: number, hasIds: boolean): RegionReport {
    const age = priceAgeSeconds(region, this.view.fleet.now);
    return {
      region: region.id,
      utilization: region.utilization,
      demand: region.spillover?.event.demand ?? null,
      usableNodes: region.usable.length,
      nodes: region.nodeCount,
      priceMs,
      overloaded: region.overload?.event.state === 'entered',
      priceAgeSeconds: age === null ? null : Math.round(age),
      plan: region.plan ? planOf(region.plan.event, hasIds) : null,
    };
  }

  private node(node: FleetNode): NodeReport {
    const { nodeId, region, zone, kind, state, load, capacity, software } = node.heartbeat;
    const unit = this.view.fleet.regions.get(region)?.unit;
    return {
      nodeId,
      region,
      zone,
      kind,
      state,
      load,
      capacity,
      software,
      freshness: node.freshness,
      usable: node.isUsable,
      drainOrdered: node.isDrainOrdered,
      synthetic: node.heartbeat.isSynthetic ?? false,
      utilization: utilizationOf(node),
      reserved: {
        credentials: node.reservations,
        bandwidthBps: node.reservations * (unit?.kbps ?? 0) * 1000,
        allocations: node.reservations * (unit?.allocations ?? 0),
      },
      lastSeenMsAgo: Math.round(this.view.silenceMs(node.lastSeenAt)),
    };
  }
}

function planOf(plan: Scale, hasIds: boolean): PlanReport {
  const { current, desired, drain, undrain, terminate, outcome } = plan;
  const steps = { drain: drain.length, undrain: undrain.length, terminate: terminate.length };
  return { current, desired, outcome, steps, ...(hasIds && { drain, undrain, terminate }) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
