import type { Heartbeat, LogEvent } from '@spillway/contracts';
import FlatQueue from 'flatqueue';
import { NODE_KBPS } from '../world/fleet-plan.js';
import { randomFrom, type Random } from '../world/random.js';
import type { Relays } from './relays.js';

/** CPU of a relay that is as busy as its network allows. */
const CPU_AT_CAPACITY = 0.6;
const NODE_ALLOCATIONS = 2_000;

export interface NodeNames {
  readonly nodeId: string;
  readonly region: string;
  readonly instanceId: string;
}

/** Something wrong with what a reporter says. */
export interface ReporterFault {
  /** What the node says its load is, instead of the truth. */
  claim?: (load: Heartbeat['load']) => Heartbeat['load'];
  /** ms on the way to the log, on top of the usual. */
  lateMs?: number;
}

/** The reporters of all nodes: each says its load at its own beat, a little out of step with the others. */
export class Reporters {
  private readonly beats = new FlatQueue();
  private readonly templates: Heartbeat[] = [];
  /** When a drain ends whatever still runs. */
  private readonly drainedBy: number[] = [];
  private readonly random: Random;

  constructor(
    private readonly relays: Relays,
    private readonly intervalMs: number,
    seed: number,
    /** What is wrong with a node's reporter at an instant, if anything. */
    private readonly faultOf: (node: number, at: number) => ReporterFault | undefined,
  ) {
    this.random = randomFrom(seed, 0xbea7);
  }

  add(node: number, names: NodeNames, at: number): void {
    this.templates[node] = template(names, this.intervalMs);
    this.beats.push(node, at + this.random() * this.intervalMs);
  }

  /** The node reads an order and obeys; its next heartbeat says so. */
  order(node: number, command: 'drain' | 'undrain', commandId: string, deadlineAt: number): void {
    const last = this.templates[node];
    if (!last) return;
    this.templates[node] = { ...last, state: command === 'drain' ? 'draining' : 'serving', commandId };
    this.drainedBy[node] = deadlineAt;
  }

  get nextAt(): number {
    return this.beats.peekValue() ?? Infinity;
  }

  /** Takes the next sample. A node that is gone says nothing, now or later. */
  step(): { readonly event: LogEvent; readonly lateMs: number; readonly node: number } | undefined {
    const at = this.nextAt;
    const node = this.beats.pop() ?? 0;
    if (!this.relays.isAlive[node]) return undefined;
    this.beats.push(node, at + this.intervalMs);
    const fault = this.faultOf(node, at);
    const last = this.templates[node];
    if (!last) return undefined;
    const load = this.sample(node, at);
    const isDrained = load.allocations === 0 || at >= (this.drainedBy[node] ?? Infinity);
    const state = last.state === 'draining' && isDrained ? 'stopped' : last.state;
    const said = fault?.claim?.(load) ?? load;
    // Of a copy: V8 takes several times as long for a spread with members after it, and there are millions.
    const heartbeat: Heartbeat = Object.assign({ ...last }, { seq: last.seq + 1, state, load: said });
    this.templates[node] = heartbeat;
    return { event: { kind: 'heartbeat', heartbeat }, lateMs: fault?.lateMs ?? 0, node };
  }

  private sample(node: number, at: number): Heartbeat['load'] {
    const kbps = this.relays.meter(node, at);
    const bps = Math.min(kbps, NODE_KBPS) * 1000;
    return {
      cpu: Math.min(1, (CPU_AT_CAPACITY * kbps) / NODE_KBPS),
      egressBps: bps,
      ingressBps: bps,
      allocations: this.relays.sessions[node] ?? 0,
    };
  }
}

function template({ nodeId, region, instanceId }: NodeNames, intervalMs: number): Heartbeat {
  return {
    at: '2026-03-18T00:00:00.000Z',
    nodeId,
    region,
    kind: 'turn',
    zone: null,
    instanceId,
    bootId: 'boot',
    seq: 0,
    intervalMs,
    state: 'serving',
    urls: [`turn:${nodeId}.example.org:3478?transport=udp`],
    software: { name: 'coturn', version: '4.17.1' },
    capacity: { bandwidthBps: NODE_KBPS * 1000, allocations: NODE_ALLOCATIONS },
    load: { cpu: 0, egressBps: 0, ingressBps: 0, allocations: 0 },
    secretEpoch: 1,
    commandId: null,
  };
}
