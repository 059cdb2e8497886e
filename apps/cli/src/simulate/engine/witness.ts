import type { Placement } from '@spillway/placement';
import type { World } from '../world/world.js';
import { emptyObservation, type Observation, type Observer } from './observer.js';
import type { Relays } from './relays.js';
import type { SimRouter } from './sim-router.js';

/** Tells the observers what they see: of an answer, also what was true when it was given. */
export class Witness {
  private readonly observation = emptyObservation();
  private readonly regionIndex: ReadonlyMap<string, number>;
  private readonly tellDecision: readonly ((observation: Observation, relays: Relays) => void)[];

  constructor(
    private readonly world: World,
    private readonly relays: Relays,
    private readonly observers: readonly Observer[],
  ) {
    this.regionIndex = new Map(world.regions.map(({ id }, r) => [id, r]));
    this.tellDecision = observers.flatMap((observer) => observer.decided?.bind(observer) ?? []);
  }

  /** @param node by index; -1 when the client was refused. */
  decided(at: number, cell: number, router: SimRouter, placement: Placement | undefined, node: number): void {
    const { observation, world, relays } = this;
    const region = placement ? (this.regionIndex.get(placement.region) ?? -1) : -1;
    const home = world.home[cell] ?? 0;
    observation.at = at;
    observation.cell = cell;
    observation.home = home;
    observation.region = region;
    observation.node = node;
    observation.router = router.index;
    observation.isHomeUsable = region === home || router.hasUsable(world.regions[home]?.id ?? '');
    observation.isDead = node >= 0 && !relays.isAlive[node];
    for (const tell of this.tellDecision) tell(observation, relays);
  }

  second(at: number): void {
    for (const observer of this.observers) observer.second?.(at, this.relays);
  }
}
