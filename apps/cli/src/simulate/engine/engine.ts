import type { LogEvent, PolicyDocument } from '@spillway/contracts';
import FlatQueue from 'flatqueue';
import { Arrivals, type Arrival } from '../world/arrivals.js';
import type { Demand } from '../world/demand.js';
import { exponential, randomFrom, type Random } from '../world/random.js';
import { MAX_LENGTH_MS } from '../world/sessions.js';
import { Calls, type LostCall } from './calls.js';
import { Reporters } from './heartbeats.js';
import { beginCalls } from './initial-calls.js';
import type { Observation, Observer } from './observer.js';
import { Relays } from './relays.js';
import type { Participant } from './participant.js';
import type { Script, Stage } from './scenario.js';
import { SharedLog } from './shared-log.js';
import { SimRouter } from './sim-router.js';

/** Routers tell what they issued, the autoscaler thinks, metrics are taken at multiples of this. */
export const TICK_MS = 250;
/** On the way to the log: at least, and on average more. */
const TRANSPORT_MS = 5;
const TRANSPORT_JITTER_MS = 15;
/** From the log to the first router, and to each next. */
const READ_MS = 5;
const READ_STEP_MS = 5;
/** A client that got a dead relay notices and asks again. */
const RETRY_MS = 5_000;
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
export class Engine {
  readonly relays: Relays;
  readonly routers: readonly SimRouter[];
  readonly log = new SharedLog();
  readonly participants: Participant[] = [];
  private readonly calls: Calls;
  private readonly reporters: Reporters;
  private readonly arrivals: Arrivals;
  private readonly transit = new FlatQueue<LogEvent>();
  private readonly returning = new FlatQueue<LostCall>();
  private readonly nodeIndex = new Map<string, number>();
  private readonly nodeNumber: string[] = [];
  private readonly regionIndex: ReadonlyMap<string, number>;
  private readonly random: Random;
  private readonly observation: Observation;
  private arrival: Arrival | undefined;
  private nextTick: number;
  private nextAct = 0;
  private decisions = 0;

  constructor(private readonly setup: EngineSetup) {
    const { world, from, to, seed, demand, script, unusedShare } = setup;
    const begin = from - WARM_UP_MS;
    this.random = randomFrom(seed, 0x7a4e);
    this.relays = new Relays(world.regions.length);
    this.calls = new Calls(this.relays);
    this.regionIndex = new Map(world.regions.map(({ id }, r) => [id, r]));
    this.reporters = new Reporters(this.relays, setup.intervalMs, seed, (node, at) =>
      script.reporterFault?.(node, this.relays.regionOf[node] ?? 0, at),
    );
    this.routers = Array.from(
      { length: setup.routers },
      (_, i) => new SimRouter(i, READ_MS + i * READ_STEP_MS, (entry) => script.hears?.(i, entry) ?? true),
    );
    this.observation = {
      at: 0,
      cell: 0,
      home: 0,
      region: 0,
      node: 0,
      router: 0,
      kbps: 0,
      isHomeUsable: true,
      isDead: false,
    };
    this.nextTick = begin;
    this.log.append(begin, { kind: 'policy', policy: setup.policy });
    for (const [region, count] of setup.nodes.entries()) {
      for (let i = 0; i < count; i++) this.addNode(region, begin);
    }
    const earlier = new Arrivals(demand, world.cells.length, seed, begin - MAX_LENGTH_MS, begin + QUIET_MS);
    beginCalls(earlier, begin + QUIET_MS, world, this.relays, this.calls);
    this.arrivals = new Arrivals(demand, world.cells.length, seed, begin + QUIET_MS, to, unusedShare);
    this.arrival = this.arrivals.next();
  }

  /** Lets everything happen up to an instant. */
  runUntil(until: number): void {
    for (;;) {
      const arrivalAt = this.arrival?.at ?? Infinity;
      const returnAt = this.returning.peekValue() ?? Infinity;
      const transitAt = this.transit.peekValue() ?? Infinity;
      const beatAt = this.reporters.nextAt;
      const callAt = this.calls.nextAt;
      const next = Math.min(arrivalAt, returnAt, transitAt, beatAt, callAt, this.nextTick);
      if (next >= until) return;
      if (next === callAt) this.stepCall(next);
      else if (next === arrivalAt) this.arrive();
      else if (next === transitAt) this.log.append(next, this.transit.pop() ?? nothing());
      else if (next === beatAt) this.beat(next);
      else if (next === returnAt) this.comeBack(next);
      else this.tick(next);
    }
  }

  private arrive(): void {
    const { arrival } = this;
    if (!arrival) return;
    const { at, cell, kbps, lengthMs, startMs, isUsed } = arrival;
    this.decide(at, cell, kbps, isUsed ? lengthMs : 0, startMs);
    this.arrival = this.arrivals.next();
  }

  private comeBack(at: number): void {
    const { cell, kbps, leftMs } = this.returning.pop() ?? nothing();
    this.decide(at, cell, kbps, leftMs, RECONNECT_MS);
  }

  private stepCall(at: number): void {
    const lost = this.calls.step();
    if (lost) this.returning.push(lost, at + RETRY_MS * (0.5 + this.random()));
  }

  private decide(at: number, cell: number, kbps: number, lengthMs: number, startMs: number): void {
    const { setup, routers, observation, log, relays } = this;
    const place = setup.world.cells[cell];
    const routerIndex = Math.floor(this.random() * routers.length);
    const router = routers[routerIndex];
    if (!place || !router) return;
    router.catchUp(log, at);
    const placement = router.decide(place, at);
    const node = placement ? (this.nodeIndex.get(placement.nodes[0]?.id ?? '') ?? -1) : -1;
    const home = setup.world.home[cell] ?? 0;
    observation.at = at;
    observation.cell = cell;
    observation.home = home;
    observation.region = placement ? (this.regionIndex.get(placement.region) ?? -1) : -1;
    observation.node = node;
    observation.router = routerIndex;
    observation.kbps = kbps;
    observation.isHomeUsable =
      observation.region === home || router.hasUsable(setup.world.regions[home]?.id ?? '');
    observation.isDead = node >= 0 && !relays.isAlive[node];
    this.decisions++;
    if (at >= setup.from) for (const observer of setup.observers) observer.decided?.(observation, relays);
    if (node >= 0 && lengthMs > 0) this.calls.expect(node, cell, kbps, at + startMs, lengthMs);
  }

  private beat(at: number): void {
    const told = this.reporters.step();
    if (told) this.publish(told.event, at + told.lateMs);
  }

  private publish(event: LogEvent, at: number): void {
    this.transit.push(event, at + TRANSPORT_MS + exponential(this.random, TRANSPORT_JITTER_MS));
  }

  private tick(at: number): void {
    const { setup, routers, log, participants } = this;
    this.nextTick = at + TICK_MS;
    const acts = setup.script.acts ?? [];
    for (let act = acts[this.nextAct]; act && act.at <= at; act = acts[this.nextAct]) {
      this.nextAct++;
      act.act(this.meddling(at));
    }
    for (const router of routers) {
      router.catchUp(log, at);
      const event = router.flush(at);
      if (event) this.publish(event, at);
    }
    for (const each of participants) each.tick(log, at, (event) => this.publish(event, at));
    log.trim([...routers, ...participants]);
    if (at >= setup.from && (at - setup.from) % 1000 === 0) {
      for (const observer of setup.observers) observer.second?.(at, this.relays);
    }
  }

  private addNode(region: number, at: number): void {
    const node = this.relays.add(region, at);
    const id = this.setup.world.regions[region]?.id ?? '';
    const number = (this.nodesMade.get(region) ?? 0) + 1;
    this.nodesMade.set(region, number);
    const nodeId = `${id}-n${number}`;
    this.nodeNumber[node] = nodeId;
    this.nodeIndex.set(nodeId, node);
    this.reporters.add(node, nodeId, id, at);
  }
  private readonly nodesMade = new Map<number, number>();

  private meddling(at: number) {
    return {
      nodesOf: (region: number) =>
        this.relays.regionOf.flatMap((r, node) => (r === region && this.relays.isAlive[node] ? [node] : [])),
      kill: (nodes: readonly number[], returnMs: number) => {
        for (const node of nodes) {
          this.relays.kill(node);
          for (const lost of this.calls.lose(node, at)) {
            this.returning.push(lost, at + returnMs + RETURN_SPREAD_MS * this.random());
          }
        }
      },
      restartRouter: () => undefined,
    };
  }
}

/** From the new credential to the load, for a client that is in a call already. */
const RECONNECT_MS = 1_000;
/** Within so many ms of each other clients notice that their relay is gone. */
const RETURN_SPREAD_MS = 2_000;

function nothing(): never {
  throw new Error('a queue that has a next time has a next item');
}
