import type { Scale } from '@spillway/contracts';

export type PlanSteps = Pick<Scale, 'current' | 'desired' | 'drain' | 'undrain' | 'terminate' | 'outcome'>;

/** What a plan does, and what has become of it; "-" for one that does nothing. */
export function describePlan(plan: PlanSteps | null): string {
  if (plan === null || plan.outcome === 'held') return '-';
  const { current, desired, drain, undrain, terminate, outcome } = plan;
  const steps = [
    desired > current ? `grow ${current} → ${desired}` : '',
    name('undrain', undrain),
    name('drain', drain),
    name('end', terminate),
  ].filter(Boolean);
  return steps.length === 0 ? '-' : `${steps.join('; ')}: ${outcome}`;
}

const SHOWN = 2;

function name(step: string, nodes: readonly string[]): string {
  if (nodes.length === 0) return '';
  return `${step} ${nodes.length > SHOWN ? `${nodes.length} nodes` : nodes.join(', ')}`;
}
