import { NODE_KBPS } from '../world/fleet-plan.js';

/**
 * What really goes on on every relay, in typed arrays by node. Sums per region are kept along: metrics look at
 * them at every decision.
 */
export class Relays {
  readonly regionOf: number[] = [];
  readonly isAlive: boolean[] = [];
  readonly kbps: number[] = [];
  readonly sessions: number[] = [];
  /** Σ kbit/s · ms since the node was started: what its interface counted. */
  private readonly carried: number[] = [];
  private readonly countedAt: number[] = [];
  private readonly reportedCarried: number[] = [];
  private readonly reportedAt: number[] = [];
  readonly regionKbps: Float64Array;
  readonly regionCapacity: Float64Array;
  /** Of calls that were placed and have not begun. */
  private readonly expectedKbps: Float64Array;

  constructor(regions: number) {
    this.expectedKbps = new Float64Array(regions);
    this.regionKbps = new Float64Array(regions);
    this.regionCapacity = new Float64Array(regions);
  }

  get count(): number {
    return this.regionOf.length;
  }

  get aliveCount(): number {
    return this.isAlive.reduce((count, isAlive) => count + Number(isAlive), 0);
  }

  /** @returns the new node's index. */
  add(region: number, at: number): number {
    for (const list of [this.kbps, this.sessions, this.carried, this.reportedCarried]) list.push(0);
    for (const list of [this.countedAt, this.reportedAt]) list.push(at);
    this.isAlive.push(true);
    this.regionCapacity[region] = (this.regionCapacity[region] ?? 0) + NODE_KBPS;
    return this.regionOf.push(region) - 1;
  }

  /** A session begins (`sign` 1) or ends (-1). */
  change(node: number, kbps: number, sign: 1 | -1, at: number): void {
    this.keepCount(node, at);
    const region = this.regionOf[node] ?? 0;
    this.kbps[node] = (this.kbps[node] ?? 0) + sign * kbps;
    this.sessions[node] = (this.sessions[node] ?? 0) + sign;
    this.regionKbps[region] = (this.regionKbps[region] ?? 0) + sign * kbps;
  }

  /** A session was placed (`sign` 1), and begins or will not (-1). */
  expect(node: number, kbps: number, sign: 1 | -1): void {
    const region = this.regionOf[node] ?? 0;
    this.expectedKbps[region] = (this.expectedKbps[region] ?? 0) + sign * kbps;
  }

  /** The node is gone, with all that ran on it. */
  kill(node: number): void {
    if (!this.isAlive[node]) return;
    const region = this.regionOf[node] ?? 0;
    this.isAlive[node] = false;
    this.regionKbps[region] = (this.regionKbps[region] ?? 0) - (this.kbps[node] ?? 0);
    this.regionCapacity[region] = (this.regionCapacity[region] ?? 0) - NODE_KBPS;
    this.kbps[node] = this.sessions[node] = 0;
  }

  /** The mean since the last report, as counters of an interface give it, kbit/s. */
  meter(node: number, at: number): number {
    this.keepCount(node, at);
    const carried = this.carried[node] ?? 0;
    const ms = at - (this.reportedAt[node] ?? 0);
    const mean = ms > 0 ? (carried - (this.reportedCarried[node] ?? 0)) / ms : (this.kbps[node] ?? 0);
    this.reportedCarried[node] = carried;
    this.reportedAt[node] = at;
    return mean;
  }

  utilization(node: number): number {
    return (this.kbps[node] ?? 0) / NODE_KBPS;
  }

  /** Load ÷ capacity of the nodes that live; infinite where none does. */
  regionUtilization(region: number): number {
    const capacity = this.regionCapacity[region] ?? 0;
    return capacity > 0 ? (this.regionKbps[region] ?? 0) / capacity : Infinity;
  }

  /** The same with the calls that were placed there and have not begun. */
  promisedUtilization(region: number): number {
    const capacity = this.regionCapacity[region] ?? 0;
    const kbps = (this.regionKbps[region] ?? 0) + (this.expectedKbps[region] ?? 0);
    return capacity > 0 ? kbps / capacity : Infinity;
  }

  private keepCount(node: number, at: number): void {
    const ms = at - (this.countedAt[node] ?? 0);
    this.carried[node] = (this.carried[node] ?? 0) + (this.kbps[node] ?? 0) * ms;
    this.countedAt[node] = at;
  }
}
