import { setTimeout as sleep } from 'node:timers/promises';
import { INTERVAL_MS } from '../capacity/heartbeats.js';
import { cpuOver, type MeasuredProcess } from '../capacity/measured-process.js';
import { KEY, PLACES, System } from '../capacity/system.js';
import type { Side } from '../load/duel.js';
import { ForkedServer } from '../load/forked.js';
import type { Latencies } from '../load/latency.js';
import { askAtRate, saturate, warmUp } from '../load/load.js';
import { PROBE_REGION, probeFreshness } from '../load/probe.js';
import { httpSide } from './http.js';

const LANES = 32;
/** Of the clock that tells how much CPU a process has used. */
const TICK_MS = 10;

export interface Beating {
  /** Of the router's CPU, for a heartbeat. */
  readonly micros: number;
  /** Of the log on disk, for a heartbeat. */
  readonly bytes: number;
}

export interface Serving {
  readonly perSecond: number;
  readonly answers: Latencies;
  readonly freshness: Latencies;
  /** Of the log on disk, for a decision. */
  readonly bytes: number;
}

/** One router on a real nats-server, and the heartbeats of a fleet. */
export class LiveFleet {
  private probes = 0;

  private constructor(
    private readonly nodes: number,
    private readonly system: System,
    private readonly router: { readonly process: MeasuredProcess; readonly url: string },
    private readonly side: Side & { close: () => void },
    private readonly beater: ForkedServer,
    /** The share of a core that the router takes while nobody is heard. */
    private readonly still: number,
  ) {}

  static async start(folder: string, nodes: number, windowMs: number): Promise<LiveFleet> {
    const system = await System.start(folder, {
      regions: { ...PLACES, [PROBE_REGION]: { latitude: -80, longitude: 0 } },
      // A benchmark issues in seconds what a fleet issues in hours: its reservations must not fill the nodes.
      reservation: { bandwidthBps: 1, allocations: 0 },
    });
    const router = await system.router('first');
    const [still = 0] = await cpuOver(windowMs / 3, [router.process]);
    const side = await httpSide({
      port: Number(new URL(router.url).port),
      cpuMicros: async () => router.process.cpuSeconds * 1e6,
    });
    const beater = await ForkedServer.start('beater', [system.natsUrl, `${nodes}`]);
    await sleep(2 * INTERVAL_MS);
    return new LiveFleet(nodes, system, router, side, beater, still);
  }

  /** Heartbeats alone. */
  async beat(ms: number): Promise<Beating> {
    const before = this.system.storedBytes;
    const [beating = 0] = await cpuOver(ms, [this.router.process]);
    // What takes less than a tick cannot be told from nothing.
    const share = Math.max(beating - this.still, TICK_MS / ms);
    return {
      micros: (share * INTERVAL_MS * 1000) / this.nodes,
      bytes: (this.system.storedBytes - before) / this.heartbeatsIn(ms),
    };
  }

  /** Heartbeats, and half of the requests that can be answered beside them. */
  async serve(ms: number, warmUpAnswers: number, heartbeatBytes: number): Promise<Serving> {
    const { ask } = this.side;
    await warmUp(ask, LANES, warmUpAnswers, ms);
    const most = await saturate(ask, LANES, ms / 3);
    const perSecond = (most.answers * 1000) / most.ms / 2;
    const before = this.system.storedBytes;
    const [answers, freshness] = await Promise.all([
      // The other core is for those who are no load in a fleet: nats-server, the nodes, and who asks meanwhile.
      askAtRate(ask, perSecond, ms, () => sleep(1)),
      probeFreshness(this.system.bus, Number(new URL(this.router.url).port), `Bearer ${KEY}`, ms),
    ]);
    this.probes = freshness.count + 1;
    const written = this.system.storedBytes - before - heartbeatBytes * this.heartbeatsIn(ms);
    return { perSecond, answers, freshness, bytes: written / answers.count };
  }

  /** Ends the heartbeats. @returns how many there were, and how many the router has not heard. */
  async end(): Promise<{ readonly sent: number; readonly lost: number }> {
    const sent = (await this.beater.told()) + this.probes;
    let heard = 0;
    // As long as more come.
    for (let before = -1; heard !== before && heard < sent;) {
      before = heard;
      await sleep(1_000);
      heard = await this.heard();
    }
    return { sent, lost: sent - heard };
  }

  async stop(): Promise<void> {
    this.side.close();
    await this.beater.stop();
    await this.router.process.stop();
    await this.system.stop();
  }

  private heartbeatsIn(ms: number): number {
    return (this.nodes * ms) / INTERVAL_MS;
  }

  /** Entries that the router has folded, but for the policy. */
  private async heard(): Promise<number> {
    const text = await (await fetch(`${this.router.url}/metrics`)).text();
    return Number(/^spillway_log_entries_total\{outcome="applied"\} (\d+)/m.exec(text)?.[1]) - 1;
  }
}
