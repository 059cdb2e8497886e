import FlatQueue from 'flatqueue';
import type { Relays } from './relays.js';

/** Calls at the same time, waiting ones included, at most. */
const MAX_CALLS = 1 << 18;

/** A call that lost its relay. */
export interface LostCall {
  readonly cell: number;
  readonly kbps: number;
  readonly leftMs: number;
}

/** Calls from the issue of their credential to their end. */
export class Calls {
  private readonly nodeOf = new Int32Array(MAX_CALLS);
  private readonly cellOf = new Int32Array(MAX_CALLS);
  private readonly kbpsOf = new Int32Array(MAX_CALLS);
  private readonly lengthOf = new Float64Array(MAX_CALLS);
  private readonly endOf = new Float64Array(MAX_CALLS);
  private readonly free: number[] = [];
  private used = 0;
  private readonly starts = new FlatQueue(MAX_CALLS);
  private readonly ends = new FlatQueue(MAX_CALLS);

  constructor(private readonly relays: Relays) {}

  /** When the next call begins or ends; Infinity when there is none. */
  get nextAt(): number {
    return Math.min(this.starts.peekValue() ?? Infinity, this.ends.peekValue() ?? Infinity);
  }

  /** A call that will begin on a node. */
  expect(node: number, cell: number, kbps: number, startAt: number, lengthMs: number): void {
    const call = this.free.pop() ?? this.used++;
    this.nodeOf[call] = node;
    this.cellOf[call] = cell;
    this.kbpsOf[call] = kbps;
    this.lengthOf[call] = lengthMs;
    this.starts.push(call, startAt);
    this.relays.expect(node, kbps, 1);
  }

  /** Begins or ends the next call. @returns a call whose relay is not there when it begins. */
  step(): LostCall | undefined {
    const startAt = this.starts.peekValue() ?? Infinity;
    const endAt = this.ends.peekValue() ?? Infinity;
    if (startAt <= endAt) return this.begin(this.starts.pop() ?? 0, startAt);
    this.end(this.ends.pop() ?? 0, endAt);
    return undefined;
  }

  /** Takes every call off a node that is gone. */
  lose(node: number, at: number): LostCall[] {
    const lost: LostCall[] = [];
    for (let call = 0; call < this.used; call++) {
      if (this.nodeOf[call] !== node || (this.endOf[call] ?? 0) <= at) continue;
      lost.push({
        cell: this.cellOf[call] ?? 0,
        kbps: this.kbpsOf[call] ?? 0,
        leftMs: (this.endOf[call] ?? 0) - at,
      });
      this.nodeOf[call] = NOWHERE;
    }
    return lost;
  }

  private begin(call: number, at: number): LostCall | undefined {
    const node = this.nodeOf[call] ?? 0;
    const leftMs = this.lengthOf[call] ?? 0;
    const kbps = this.kbpsOf[call] ?? 0;
    this.relays.expect(node, kbps, -1);
    if (!this.relays.isAlive[node]) {
      this.free.push(call);
      return { cell: this.cellOf[call] ?? 0, kbps, leftMs };
    }
    this.endOf[call] = at + leftMs;
    this.relays.change(node, kbps, 1, at);
    this.ends.push(call, at + leftMs);
    return undefined;
  }

  private end(call: number, at: number): void {
    const node = this.nodeOf[call] ?? NOWHERE;
    if (node !== NOWHERE) this.relays.change(node, this.kbpsOf[call] ?? 0, -1, at);
    this.endOf[call] = 0;
    this.free.push(call);
  }
}

const NOWHERE = -1;
