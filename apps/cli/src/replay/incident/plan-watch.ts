import type { Scale } from '@spillway/contracts';
import { describePlan } from '../../fleet/describe-plan.js';
import type { IncidentKind } from './incident-event.js';
import type { EventOf, Scene, Watch } from './watch.js';

const MAX_REGIONS = 1_000;

const KIND_OF: Record<Scale['outcome'], IncidentKind> = {
  held: 'plan-held',
  'dry-run': 'plan-advised',
  planned: 'plan-made',
  executing: 'plan-executing',
  done: 'plan-done',
  failed: 'plan-failed',
};

/** Plans for the size of a region, why they were made, and what became of them. Who acts, by its generation. */
export class PlanWatch implements Watch {
  /** Per region, of plans that were made and of reasons for none: what was told last. Both are said again and again. */
  private readonly told = new Map<string, string>();
  private generation: number | undefined;
  private outlived = -1;

  constructor(private readonly scene: Scene) {}

  onRegionEvent(event: EventOf<'overload' | 'spillover' | 'scale'>): void {
    if (event.kind === 'overload') return;
    this.noteLeader(event.kind === 'scale' ? event.scale.generation : event.spillover.generation);
    if (event.kind === 'scale') this.notePlan(event.region, event.scale);
  }

  private notePlan(region: string, plan: Scale): void {
    const { revision, outcome, reasons, current, desired, error } = plan;
    const codes = reasons.filter(({ isTaken }) => isTaken === isMade(plan)).map(({ code }) => code);
    const told = isMade(plan) ? `${revision} ${outcome}` : codes.join(' ');
    const key = `${region} ${isMade(plan)}`;
    if (this.told.get(key) === told || this.told.size >= MAX_REGIONS) return;
    this.told.set(key, told);
    this.scene.tell({
      kind: KIND_OF[outcome],
      region,
      nodes: [...plan.drain, ...plan.undrain].slice(0, 50),
      text: `${describe(plan)}${error === null ? '' : `: ${error}`}`,
      facts: { revision, outcome, current, desired, reasons: codes.join(' '), error },
    });
  }

  /** Plans and prices bear the generation of who made them; a higher one means that another has taken over. */
  private noteLeader(generation: number): void {
    const before = this.generation;
    if (generation === before) return;
    if (before !== undefined && generation < before) {
      if (this.outlived === generation) return;
      this.outlived = generation;
      const text = `an autoscaler that another has followed is still heard (generation ${generation})`;
      this.scene.tell({ kind: 'leader-outlived', text, facts: { generation } });
      return;
    }
    this.generation = generation;
    if (before === undefined) return;
    const text = `another autoscaler acts (generation ${generation})`;
    this.scene.tell({ kind: 'leader-changed', text, facts: { generation, before } });
  }
}

const isMade = ({ outcome }: Scale) => outcome !== 'held';

function describe(plan: Scale): string {
  const { reasons, revision, outcome } = plan;
  const why = reasons
    .filter(({ isTaken }) => isTaken === isMade(plan))
    .map(
      ({ step, code, detail }) =>
        `${step} ${isMade(plan) ? 'for' : 'not:'} ${code}${detail === '' ? '' : ` (${detail})`}`,
    );
  const because = why.length === 0 ? '' : ` – ${why.join('; ')}`;
  if (outcome === 'held') return `size is left as it is${because}`;
  const steps = describePlan(plan);
  const isNews = outcome === 'planned' || outcome === 'dry-run';
  return `plan ${revision}: ${steps}${isNews ? because : ''}`;
}
