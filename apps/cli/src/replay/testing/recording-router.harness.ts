import { decisionId, type Asked, type DecisionRecord, type LogEntry } from '@spillway/contracts';
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
import type { Story } from './story.harness.js';

const ROUTER = 'r1';
const BOOT = 'boot';
const CITIES: readonly Asked[] = [
  { lat: 50, lon: 9, continent: 'EU' },
  { lat: 41, lon: -74, continent: 'NA' },
  { lat: 1, lon: 104, continent: 'AS' },
];

/** The only router of a story, which decides as routers do and tells on what. */
export class RecordingRouter {
  private readonly fleet = new Fleet(BOOT);
  private readonly seed = seedOfRun(ROUTER, BOOT);
  private view: PlacementView | undefined;
  private folded = 0;
  private n = 0;

  constructor(private readonly story: Story) {}

  /** Serves so many clients now, and says so. */
  decide(count: number): void {
    const { story, fleet, seed } = this;
    this.read();
    fleet.advance(story.atMs);
    const from = { fromN: this.n, fromMs: fleet.now, fromPosition: fleet.position, view: fleet.digest() };
    const decisions: DecisionRecord[] = [];
    for (let i = 0; i < count; i++) {
      const asked = CITIES[this.n % CITIES.length] ?? {};
      const n = this.n++;
      const placed = this.view && place(this.view, placementRequest(asked, seed, n));
      if (!placed?.isPlaced) throw new Error('the story has no room for a client');
      const { region, nodes, nearestRegion, reason } = placed;
      const id = decisionId(ROUTER, BOOT, n);
      const when = { ageMs: 0, atMs: fleet.now, position: fleet.position };
      decisions.push({
        id,
        ...asked,
        region,
        nodes: nodes.map((node) => node.id),
        nearestRegion,
        reason,
        ...when,
      });
      for (const node of nodes) fleet.reserve(node.id, story.atMs);
    }
    const basis = { rule: RULE_VERSION, ...from, sentMs: fleet.now };
    story.batch(ROUTER, { basis, decisions, bootId: BOOT });
  }

  private read(): void {
    const entries: readonly LogEntry[] = this.story.batches
      .slice(this.folded)
      .flatMap((batch) => batch.entries);
    this.folded = this.story.batches.length;
    for (const entry of entries) {
      this.fleet.apply(entry, entry.at);
      if (entry.event.kind === 'policy') this.view = placementView(this.fleet, estimateRttMs);
    }
  }
}
