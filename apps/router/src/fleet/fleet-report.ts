import { Injectable } from '@nestjs/common';
import type { Heartbeat } from '@spillway/contracts';
import { utilizationOf, type FleetNode, type Freshness } from '@spillway/fleet';
import { FleetView } from './fleet-view.js';

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
  usableNodes: number;
  nodes: number;
  priceMs: number;
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
  utilization: number | null;
  /** Credentials issued that its heartbeats do not show yet, and the load expected of them. */
  reserved: { credentials: number; bandwidthBps: number; allocations: number };
  lastSeenMsAgo: number;
}

@Injectable()
export class FleetReport {
  constructor(private readonly view: FleetView) {}

  regions(): RegionsReport {
    const { view } = this;
    const deciding = view.now();
    return {
      position: view.fleet.position,
      link: view.link,
      policyRevision: view.fleet.policy?.revision ?? null,
      strategy: view.fleet.policy?.strategy ?? null,
      regions: [...view.fleet.regions.values()].map((region, i) => ({
        region: region.id,
        utilization: utilizationOf(region),
        usableNodes: region.usable.length,
        nodes: region.nodeCount,
        priceMs: deciding?.priceMs[i] ?? 0,
      })),
    };
  }

  nodes(): NodesReport {
    this.view.now();
    const nodes = [...this.view.fleet.nodes.values()].map((node) => this.node(node));
    nodes.sort((a, b) => compare(a.region, b.region) || compare(a.nodeId, b.nodeId));
    return { nodes };
  }

  private node(node: FleetNode): NodeReport {
    const { nodeId, region, zone, kind, state, load, capacity, software } = node.heartbeat;
    const unit = this.view.fleet.policy?.reservation;
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
      utilization: utilizationOf(node),
      reserved: {
        credentials: node.reservations,
        bandwidthBps: node.reservations * (unit?.bandwidthBps ?? 0),
        allocations: node.reservations * (unit?.allocations ?? 0),
      },
      lastSeenMsAgo: Math.round(this.view.silenceMs(node.lastSeenAt)),
    };
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
