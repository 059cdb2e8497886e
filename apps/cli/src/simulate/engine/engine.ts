import type { PolicyDocument } from '@spillway/contracts';
import FlatQueue from 'flatqueue';
import { Arrivals, type Arrival } from '../world/arrivals.js';
import type { Demand } from '../world/demand.js';
import { randomFrom, type Random } from '../world/random.js';
import { MAX_LENGTH_MS } from '../world/sessions.js';
import { Calls, type LostCall } from './calls.js';
import { Reporters } from './heartbeats.js';
import { beginCalls } from './initial-calls.js';
import { NodeRegister, type RegisteredNode } from './node-register.js';
import type { Observer } from './observer.js';
import type { Participant } from './participant.js';
import { Relays } from './relays.js';
import type { Meddling, Script, Stage } from './scenario.js';
import { SharedLog } from './shared-log.js';
import type { Site } from './sim-provider.js';
import { SimRouter } from './sim-router.js';
import { Transit } from './transit.js';
import { Witness } from './witness.js';

/** Routers tell what they issued, the autoscaler thinks, metrics are taken at multiples of this. */
export const TICK_MS = 250;
/** From the log to the first router, and to each next. */
const READ_MS = 5;
const READ_STEP_MS = 5;
/** A client that was given a dead relay notices, and asks again. */
const RETRY_MS = 5_000;
/** From the new credential to the load, for a client that is in a call already. */
const RECONNECT_MS = 1_000;
/** Within so many ms of each other clients notice that their relay is gone. */
const RETURN_SPREAD_MS = 2_000;
/** Before anything counts: everybody has heard of everything, and has learned. */
export const WARM_UP_MS = 20 * 60_000;
/** The first heartbeats are on the log before the first client comes. */
const QUIET_MS = 20_000;

export interface EngineSetup extends Stage {
  readonly policy: PolicyDocument;
  readonly demand: Demand;
  readonly script: Script;
  readonly unusedShare: number;
  readonly observers: readonly Observer[];
}

/** The world, event by event, in order of time. */
export class Engine implements Meddling, Site {
  readonly relays: Relays;
  readonly routers: readonly SimRouter[];
  readonly participants: Participant[] = [];
  /** Those that are there from the beginning. */
  readonly firstNodes: readonly RegisteredNode[];
  private readonly log = new SharedLog();
  private readonly calls: Calls;
  private readonly reporters: Reporters;
  private readonly register: NodeRegister;
  private readonly arrivals: Arrivals;
  private readonly random: Random;
  private readonly transit: Transit;
  private readonly returning = new FlatQueue<LostCall>();
  private readonly witness: Witness;
  /** Calls that ended with their node. */
  cutCalls = 0;
  private arrival: Arrival | undefined;
  private nextTick: number;
  private nextAct = 0;

  constructor(private readonly setup: EngineSetup) {
    const { world, from, to, seed, demand, script, unusedShare } = setup;
    const begin = from - WARM_UP_MS;
    const open = begin + QUIET_MS;
    this.nextTick = begin;
    this.random = randomFrom(seed, 0x7a4e);
    this.transit = new Transit(this.random);
    this.relays = new Relays(world.regions.length);
    this.calls = new Calls(this.relays);
    this.witness = new Witness(world, this.relays, setup.observers);
    this.reporters = new Reporters(this.relays, setup.intervalMs, seed, (node, at) =>
      script.reporterFault?.(node, this.relays.regionOf[node] ?? 0, at),
    );
    this.register = new NodeRegister(world, this.relays, this.reporters);
    this.routers = Array.from(
      { length: setup.routers },
      (_, i) => new SimRouter(i, READ_MS + i * READ_STEP_MS, (entry) => script.hears?.(i, entry) ?? true),
    );
    this.log.append(begin, { kind: 'policy', policy: setup.policy });
    this.firstNodes = setup.nodes.flatMap((count, region) =>
      Array.from({ length: count }, () => this.register.add(region, begin)),
    );
    const earlier = new Arrivals(demand, world.cells.length, seed, begin - MAX_LENGTH_MS, open);
    beginCalls(earlier, open, world, this.relays, this.calls);
    this.arrivals = new Arrivals(demand, world.cells.length, seed, open, to, unusedShare);
    this.arrival = this.arrivals.next();
  }

  /** Lets everything happen up to an instant. */
  runUntil(until: number): void {
    for (;;) {
      const arrivalAt = this.arrival?.at ?? Infinity;
      const returnAt = this.returning.peekValue() ?? Infinity;
      const transitAt = this.transit.nextAt;
      const beatAt = this.reporters.nextAt;
      const callAt = this.calls.nextAt;
      const next = Math.min(arrivalAt, returnAt, transitAt, beatAt, callAt, this.nextTick);
      if (next >= until) return;
      if (next === callAt) this.stepCall(next);
      else if (next === arrivalAt) this.arrive();
      else if (next === transitAt) this.deliver(next);
      else if (next === beatAt) this.beat(next);
      else if (next === returnAt) this.comeBack(next);
      else this.tick(next);
    }
  }

  nodesOf(region: number): number[] {
    const { regionOf, isAlive } = this.relays;
    return regionOf.flatMap((r, node) => (r === region && isAlive[node] ? [node] : []));
  }

  kill(nodes: readonly number[], returnMs: number): void {
    const at = this.nextTick - TICK_MS;
    for (const node of nodes) {
      this.relays.kill(node);
      for (const lost of this.calls.lose(node, at)) {
        this.cutCalls++;
        this.returning.push(lost, at + returnMs + RETURN_SPREAD_MS * this.random());
      }
    }
  }

  boot(region: number, at: number, instanceId?: string): RegisteredNode {
    return this.register.add(region, at, instanceId);
  }

  order(node: number, command: 'drain' | 'undrain', commandId: string, deadlineAt: number): void {
    this.reporters.order(node, command, commandId, deadlineAt);
  }

  restartRouter(router: number): void {
    this.routers[router]?.restart(this.log, this.nextTick - TICK_MS);
  }

  private arrive(): void {
    const { arrival } = this;
    if (!arrival) return;
    const { at, cell, kbps, lengthMs, startMs, isUsed } = arrival;
    this.decide(at, cell, kbps, isUsed ? lengthMs : 0, startMs);
    this.arrival = this.arrivals.next();
  }

  private comeBack(at: number): void {
    const lost = this.returning.pop();
    if (lost) this.decide(at, lost.cell, lost.kbps, lost.leftMs, RECONNECT_MS);
  }

  private stepCall(at: number): void {
    const lost = this.calls.step();
    if (lost) this.returning.push(lost, at + RETRY_MS * (0.5 + this.random()));
  }

  private decide(at: number, cell: number, kbps: number, lengthMs: number, startMs: number): void {
    const router = this.routers[Math.floor(this.random() * this.routers.length)];
    const place = this.setup.world.cells[cell];
    if (!router || !place) return;
    router.catchUp(this.log, at);
    const placement = router.decide(place, at);
    const node = this.register.find(placement?.nodes[0]?.id);
    if (node >= 0 && lengthMs > 0) this.calls.expect(node, cell, kbps, at + startMs, lengthMs);
    if (at < this.setup.from) return;
    this.witness.decided(at, cell, router, placement, node);
  }

  private beat(at: number): void {
    const told = this.reporters.step();
    if (told) this.transit.send(told.event, at + told.lateMs);
  }

  private deliver(at: number): void {
    const event = this.transit.take();
    if (event) this.log.append(at, event);
  }

  private tick(at: number): void {
    const { setup, routers, log, participants } = this;
    this.nextTick = at + TICK_MS;
    const acts = setup.script.acts ?? [];
    for (let act = acts[this.nextAct]; act && act.at <= at; act = acts[this.nextAct]) {
      this.nextAct++;
      act.act(this);
    }
    for (const router of routers) {
      router.catchUp(log, at);
      const event = router.flush(at);
      if (event) this.transit.send(event, at);
    }
    for (const each of participants) each.tick(log, at, (event) => this.transit.send(event, at));
    log.trim([...routers, ...participants]);
    if (at < setup.from || (at - setup.from) % 1000 !== 0) return;
    this.witness.second(at);
  }
}
