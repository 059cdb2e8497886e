import {
  decisionId,
  type Asked,
  type DecisionRecord,
  type Issued,
  type LogEntry,
  type LogEvent,
  type RefusalRecord,
  type RouterStep,
} from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import {
  place,
  placementRequest,
  placementView,
  RULE_VERSION,
  seedOfRun,
  type Coordinates,
  type PlacementView,
} from '@spillway/placement';
import { aHeartbeat, aPolicy } from '@spillway/testkit';

export const T0 = 1_795_000_000_000;

/** Far from real, near enough for an order: one ms per degree. Exact on every machine. */
export const degrees = (a: Coordinates, b: Coordinates) =>
  Math.abs(a.latitude - b.latitude) + Math.abs(a.longitude - b.longitude);

/** A log, and whoever reads it as it is written. */
export class Stage {
  readonly entries: LogEntry[] = [];
  readonly routers: RecordingRouter[] = [];
  at = T0;
  private seq = 0;

  constructor(
    readonly nodes = ['us-east-1/a', 'us-east-1/b', 'eu-central-1/c'],
    policy = aPolicy(),
  ) {
    this.write({ kind: 'policy', policy });
    this.beat();
  }

  /** Hears only what comes from now on besides what is on the log. */
  router(routerId: string, bootId = 'boot'): RecordingRouter {
    const router = new RecordingRouter(routerId, bootId);
    for (const entry of this.entries) router.read(entry);
    this.routers.push(router);
    return router;
  }

  beat(load: object | ((i: number) => object) = {}, isHeard: (i: number) => boolean = () => true): void {
    for (const [i, place] of this.nodes.entries()) {
      if (!isHeard(i)) continue;
      const [region = '', nodeId = ''] = place.split('/');
      this.write({
        kind: 'heartbeat',
        heartbeat: aHeartbeat({
          region,
          nodeId,
          seq: ++this.seq,
          load: typeof load === 'function' ? load(i) : load,
        }),
      });
    }
  }

  pass(ms: number): this {
    this.at += ms;
    return this;
  }

  tell(router: RecordingRouter): Issued {
    const issued = router.tell(this.at);
    this.write({ kind: 'issued', issued });
    return issued;
  }

  write(event: LogEvent): void {
    const entry = { position: this.entries.length + 1, at: this.at, event };
    this.entries.push(entry);
    for (const router of this.routers) router.read(entry);
  }
}

/** Decides and records as a router does, without its edges. */
export class RecordingRouter {
  readonly fleet: Fleet;
  isReading = true;
  rule = RULE_VERSION;
  private readonly seed: number;
  private view: PlacementView | undefined;
  private n = 0;
  private batch = 0;
  private basis: { fromN: number; fromMs: number; fromPosition: number; view: string } | undefined;
  private decisions: DecisionRecord[] = [];
  private refused: RefusalRecord[] = [];
  private steps: RouterStep[] = [];

  constructor(
    readonly routerId: string,
    readonly bootId: string,
  ) {
    this.fleet = new Fleet(bootId);
    this.seed = seedOfRun(routerId, bootId);
  }

  read(entry: LogEntry): void {
    if (!this.isReading) return;
    this.fleet.apply(entry, entry.at);
    if (entry.event.kind === 'policy') this.view = placementView(this.fleet, degrees);
  }

  setLink(link: 'up' | 'down', at: number): void {
    this.fleet.setLink(link, at);
    this.note(`link-${link}`, at);
  }

  noteGap(at: number): void {
    this.note('gap', at);
  }

  decide(at: number, asked: Asked = { lat: 41, lon: -74 }): void {
    const { fleet, view } = this;
    if (!view) throw new Error('there is no policy');
    fleet.advance(at);
    const placement = place(view, placementRequest(asked, this.seed, this.n));
    const when = { atMs: fleet.now, position: fleet.position };
    this.basis ??= this.basisNow();
    if (!placement.isPlaced) {
      this.refused.push({ ...asked, ...when, code: placement.code, after: this.decisions.length });
      return;
    }
    const n = this.n++;
    const { region, nearestRegion, reason } = placement;
    const nodes = placement.nodes.map((node) => node.id);
    const id = decisionId(this.routerId, this.bootId, n);
    this.decisions.push({ ...asked, id, region, nodes, nearestRegion, reason, ageMs: 0, ...when });
    for (const node of nodes) fleet.reserve(node, at);
  }

  tell(at: number): Issued {
    const { routerId, bootId, fleet, decisions, refused, steps, rule } = this;
    fleet.advance(at);
    const basis = {
      rule,
      ...(this.basis ?? this.basisNow()),
      sentMs: at,
      ...(steps.length > 0 && { steps }),
    };
    for (const decision of decisions) decision.ageMs = at - (decision.atMs ?? at);
    [this.decisions, this.refused, this.steps, this.basis] = [[], [], [], undefined];
    const said = { at: '2026-11-22T10:00:00.000Z', routerId, bootId, batch: this.batch++ };
    return { ...said, basis, decisions, ...(refused.length > 0 && { refused }) };
  }

  private note(kind: RouterStep['kind'], atMs: number): void {
    const after = this.decisions.length + this.refused.length;
    this.steps.push({ kind, after, atMs, position: this.fleet.position });
  }

  private basisNow() {
    const { fleet } = this;
    return { fromN: this.n, fromMs: fleet.now, fromPosition: fleet.position, view: fleet.digest() };
  }
}
