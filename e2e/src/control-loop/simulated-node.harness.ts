import type { Heartbeat, NodeLifecycle } from '@spillway/contracts';

/** Bits per second that one session takes, in each direction. */
export const SESSION_BPS = 1_000_000;

/** A relay that carries sessions of `SESSION_BPS` each and nothing else. */
export class SimulatedNode {
  state: NodeLifecycle = 'serving';
  /** Sessions it carries now; beyond its capacity too. */
  sessions = 0;
  commandId: string | null = null;
  /** What its reporter makes of the truth. */
  distort: (truth: Heartbeat) => Heartbeat = (truth) => truth;
  private seq = 0;

  constructor(
    readonly region: string,
    readonly id: string,
    /** Sessions that are 100 %. */
    readonly capacity: number,
    readonly instanceId = `i-${id}`,
    private readonly bootId = `boot-${id}`,
  ) {}

  heartbeat(intervalMs: number): Heartbeat {
    const bps = this.sessions * SESSION_BPS;
    return this.distort({
      at: new Date().toISOString(),
      nodeId: this.id,
      region: this.region,
      kind: 'turn',
      zone: null,
      instanceId: this.instanceId,
      bootId: this.bootId,
      seq: ++this.seq,
      intervalMs,
      state: this.state,
      urls: [`turn:${this.id}.test:3478?transport=udp`],
      software: { name: 'simulated', version: null },
      capacity: { bandwidthBps: this.capacity * SESSION_BPS, allocations: this.capacity * 2 },
      load: {
        cpu: Math.min(1, (0.5 * this.sessions) / this.capacity),
        egressBps: bps,
        ingressBps: bps,
        allocations: this.sessions,
      },
      secretEpoch: 1,
      commandId: this.commandId,
    });
  }
}
