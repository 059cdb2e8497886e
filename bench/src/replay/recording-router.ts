import { subjectOf, type LogEntry, type WrittenDecision, type WrittenIssued } from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import { estimateRttMs } from '@spillway/geo';
import {
  place,
  placementRequest,
  placementView,
  RULE_VERSION,
  seedOfRun,
  type PlacementView,
} from '@spillway/placement';

const BOOT = 'boot';

/** Where a client is, whole degrees. */
export interface Client {
  readonly lat: number;
  readonly lon: number;
}

/** Decides as routers do, and tells what it decided on. Reads the log without delay. */
export class RecordingRouter {
  private readonly fleet = new Fleet(BOOT);
  private readonly seed: number;
  private view: PlacementView | undefined;
  private n = 0;
  private batch = 0;

  constructor(private readonly id: string) {
    this.seed = seedOfRun(id, BOOT);
  }

  get subject(): string {
    return subjectOf.issued(this.id);
  }

  read(entry: LogEntry): void {
    this.fleet.apply(entry, entry.at);
    if (entry.event.kind === 'policy') this.view = placementView(this.fleet, estimateRttMs);
  }

  /** Serves these clients at `atMs`. @returns the batch that tells of it. */
  serve(clients: readonly Client[], atMs: number): WrittenIssued {
    const { fleet, id, n: fromN } = this;
    fleet.advance(atMs);
    const basis = {
      rule: RULE_VERSION,
      fromN,
      fromMs: fleet.now,
      fromPosition: fleet.position,
      view: fleet.digest(),
      sentMs: fleet.now,
    };
    const decisions = clients.flatMap((client) => this.decide(client, atMs));
    return {
      at: new Date(atMs).toISOString(),
      routerId: id,
      bootId: BOOT,
      batch: this.batch++,
      basis,
      decisions,
    };
  }

  private decide(client: Client, atMs: number): WrittenDecision[] {
    const { view, fleet, seed } = this;
    const placed = view && place(view, placementRequest(client, seed, this.n));
    if (!placed?.isPlaced) return [];
    this.n++;
    const { region, nodes, nearestRegion, reason } = placed;
    for (const node of nodes) fleet.reserve(node.id, atMs);
    const home = nearestRegion === region ? {} : { nearestRegion };
    return [{ ...client, user: 'deadbeef', region, nodes: nodes.map((node) => node.id), ...home, reason }];
  }
}
