import {
  decisionId,
  type Asked,
  type DecisionRecord,
  type Issued,
  type LogEntry,
  type RefusalRecord,
} from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import { estimateRttMs } from '@spillway/geo';
import {
  place,
  placementRequest,
  placementView,
  RULE_VERSION,
  seedOfRun,
  type Placement,
  type PlacementView,
} from '@spillway/placement';

/** Decides on what it has read and tells what routers tell. */
export class RecordingRouter {
  private readonly fleet: Fleet;
  private readonly bootId = 'boot';
  private readonly seed: number;
  private view: PlacementView | undefined;
  private n = 0;
  private batch = 0;
  private basis: { fromN: number; fromMs: number; fromPosition: number; view: string } | undefined;
  private decisions: DecisionRecord[] = [];
  private refused: RefusalRecord[] = [];

  constructor(private readonly routerId: string) {
    this.fleet = new Fleet(this.bootId);
    this.seed = seedOfRun(routerId, this.bootId);
  }

  read(entry: LogEntry): void {
    this.fleet.apply(entry, entry.at);
    if (entry.event.kind === 'policy') this.view = placementView(this.fleet, estimateRttMs);
  }

  /** `undefined` is a refusal. */
  decide(at: number, asked: Asked): Placement | undefined {
    const { fleet, view, n } = this;
    if (!view) throw new Error('there is no policy');
    fleet.advance(at);
    const placement = place(view, placementRequest(asked, this.seed, n));
    const when = { atMs: fleet.now, position: fleet.position };
    this.basis ??= this.basisNow();
    if (!placement.isPlaced) {
      this.refused.push({ ...asked, ...when, code: placement.code, after: this.decisions.length });
      return undefined;
    }
    this.n++;
    const { region, nearestRegion, reason } = placement;
    const nodes = placement.nodes.map((node) => node.id);
    const id = decisionId(this.routerId, this.bootId, n);
    this.decisions.push({ ...asked, id, region, nodes, nearestRegion, reason, ageMs: 0, ...when });
    for (const node of nodes) fleet.reserve(node, at);
    return placement;
  }

  tell(at: number): Issued {
    const { routerId, bootId, fleet, decisions, refused } = this;
    fleet.advance(at);
    const basis = { rule: RULE_VERSION, ...(this.basis ?? this.basisNow()), sentMs: at };
    for (const decision of decisions) decision.ageMs = at - (decision.atMs ?? at);
    [this.decisions, this.refused, this.basis] = [[], [], undefined];
    const said = { at: new Date(at).toISOString(), routerId, bootId, batch: this.batch++ };
    return { ...said, basis, decisions, ...(refused.length > 0 && { refused }) };
  }

  private basisNow() {
    const { fleet } = this;
    return { fromN: this.n, fromMs: fleet.now, fromPosition: fleet.position, view: fleet.digest() };
  }
}
