import {
  parsePayload,
  policyDocumentSchema,
  POLICY_SUBJECT,
  subjectOf,
  type Heartbeat,
  type PolicyDocument,
} from '@spillway/contracts';
import type { MessageBatch } from '@spillway/messaging';
import { RecordingRouter, type Client } from './recording-router.js';

const START_MS = Date.parse('2026-11-22T00:00:00Z');
const STEP_MS = 250;
const BEAT_MS = 2_000;
const MINUTE_MS = 60_000;
const REGIONS = ['eu-central-1', 'us-east-1', 'us-west-2', 'ap-southeast-1', 'sa-east-1'];
const CLIENTS: readonly Client[] = [
  { lat: 50, lon: 9 },
  { lat: 41, lon: -74 },
  { lat: 37, lon: -122 },
  { lat: 1, lon: 104 },
  { lat: -23, lon: -46 },
  { lat: 52, lon: 13 },
];
const PER_BATCH = 1_000;

export interface RecordedFleet {
  /** In each of five regions. */
  readonly nodes: number;
  readonly routers: number;
  /** Of each router, every quarter of a second. */
  readonly decisions: number;
}

type Message = MessageBatch['messages'][number];

/**
 * A log as a fleet writes it whose regions fill up and empty one after the other, and whose routers tell what they did.
 * @param onDecisions how many a batch holds.
 */
export async function* recordLog(
  fleet: RecordedFleet,
  messages: number,
  onDecisions: (count: number) => void,
): AsyncGenerator<MessageBatch> {
  const routers = Array.from({ length: fleet.routers }, (_, i) => new RecordingRouter(`r${i}`));
  const log = new Log(routers);
  const world = new World(fleet);
  const clients = Array.from({ length: fleet.decisions }, (_, i) => clientOf(i));
  for (let at = START_MS; log.position < messages; at += STEP_MS) {
    world.step(at, log.write);
    for (const router of routers) {
      const batch = router.serve(clients, at);
      log.write(router.subject, batch, at);
      onDecisions(batch.decisions.length);
    }
    if (log.waits >= PER_BATCH) yield log.take();
  }
  yield log.take();
}

function clientOf(i: number): Client {
  return CLIENTS[i % CLIENTS.length] ?? { lat: 0, lon: 0 };
}

/** Takes what is written, and shows it to the routers at once. */
class Log {
  position = 0;
  private waiting: Message[] = [];

  constructor(private readonly routers: readonly RecordingRouter[]) {}

  get waits(): number {
    return this.waiting.length;
  }

  readonly write: Write = (subject, payload, at) => {
    const text = JSON.stringify(payload);
    const position = ++this.position;
    this.waiting.push({ position, at, subject, data: new TextEncoder().encode(text) });
    const parsed = parsePayload(subject, JSON.parse(text));
    if (!parsed.ok) throw new Error(`${subject}: ${parsed.detail}`);
    for (const router of this.routers) router.read({ position, at, event: parsed.event });
  };

  take(): MessageBatch {
    const messages = this.waiting;
    this.waiting = [];
    return { gap: null, messages, position: this.position };
  }
}

type Write = (subject: string, payload: unknown, at: number) => void;

class World {
  private readonly policy: PolicyDocument = policyDocumentSchema.parse({
    revision: 'bench',
    defaultRegion: REGIONS[0],
    regions: Object.fromEntries(REGIONS.map((region) => [region, {}])),
  });
  private seq = 0;

  constructor(private readonly fleet: RecordedFleet) {}

  step(at: number, write: Write): void {
    const elapsedMs = at - START_MS;
    if (elapsedMs % (24 * MINUTE_MS) === 0)
      write(POLICY_SUBJECT, { at: timestamp(at), policy: this.policy }, at);
    const turn = (elapsedMs % BEAT_MS) / STEP_MS;
    const turns = BEAT_MS / STEP_MS;
    if (turn === 0) this.seq++;
    for (const [r, region] of REGIONS.entries()) {
      const load = 0.6 + 0.25 * Math.sin(elapsedMs / (20 * MINUTE_MS) + r);
      for (let n = turn; n < this.fleet.nodes; n += turns) {
        write(subjectOf.heartbeat(region, `${region}-n${n}`), this.heartbeat(region, n, load, at), at);
      }
      if (elapsedMs % 10_000 === 0) write(subjectOf.spillover(region), spillover(load, at), at);
    }
  }

  private heartbeat(region: string, n: number, load: number, at: number): Heartbeat {
    const egressBps = Math.round(load * 1e9 + 1e6 * ((n * 7919 + this.seq * 104_729) % 20));
    const host = `${region}-n${n}.turn.example.org`;
    return {
      at: timestamp(at),
      nodeId: `${region}-n${n}`,
      region,
      kind: 'turn',
      zone: 'a',
      instanceId: `i-${n}`,
      bootId: 'boot',
      seq: this.seq,
      intervalMs: BEAT_MS,
      state: 'serving',
      urls: [
        `turn:${host}:3478?transport=udp`,
        `turn:${host}:3478?transport=tcp`,
        `turns:${host}:443?transport=tcp`,
      ],
      software: { name: 'coturn', version: '4.17.1' },
      capacity: { bandwidthBps: 1e9, allocations: 5000 },
      load: { cpu: 0.2, egressBps, ingressBps: egressBps, allocations: Math.round(load * 4000) },
      secretEpoch: 1,
      commandId: null,
    };
  }
}

function spillover(load: number, at: number) {
  const integralMs = Math.max(0, (load - 0.7) * 400);
  return {
    at: timestamp(at),
    priceMs: integralMs,
    integralMs,
    utilization: load,
    demand: load,
    loadPerCredential: { bandwidthBps: 300_000, allocations: 0.5 },
    origins: {},
    target: 0.79,
    generation: 1,
    validForSeconds: 60,
  };
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
