import { beyond, percent } from './figures.js';
import type { RunReport } from './run-report.js';

/** Something that every run has to keep to, or that only some have. */
export interface Target {
  readonly name: string;
  /** The bound for a run; `undefined` where the target says nothing of it. */
  readonly most: (run: RunReport) => number | undefined;
  readonly value: (run: RunReport) => number;
  readonly show: (value: number) => string;
}

/** Scenarios in which nothing goes wrong. */
const CALM = new Set(['calm', 'autoscaling']);
const isCalm = ({ scenario }: RunReport) => CALM.has(scenario);
const fixed = (digits: number) => (value: number) => value.toFixed(digits);
/** Of what is measured against the optimum nothing can be said without it. */
const withOptimum = (most: number) => (run: RunReport) => (run.optimum ? most : undefined);

/** What the strategy `priced` must come to, on every fleet, in every scenario and with every seed. */
export const TARGETS: readonly Target[] = [
  {
    name: 'rtt+ ms',
    most: (run) => (run.scenario === 'calm' ? withOptimum(0.8)(run) : undefined),
    value: ({ meanExtraMs, optimum }) => beyond(meanExtraMs, optimum?.meanExtraMs),
    show: fixed(2),
  },
  {
    name: 'p95+ ms',
    most: withOptimum(3),
    value: ({ p95ExtraMs, optimum }) => beyond(p95ExtraMs, optimum?.p95ExtraMs),
    show: fixed(1),
  },
  {
    name: 'node>100%',
    most: () => 0,
    value: ({ overloadedPercent }) => overloadedPercent,
    show: percent,
  },
  {
    name: 'reg>80.5%',
    most: withOptimum(0.1),
    value: ({ overThresholdPercent, optimum }) => beyond(overThresholdPercent, optimum?.overThresholdPercent),
    show: percent,
  },
  {
    name: 'flaps/h',
    most: (run) => (isCalm(run) ? 0.5 : 2),
    value: ({ flapsPerHour }) => flapsPerHour,
    show: fixed(2),
  },
  { name: 'needless%', most: () => 0, value: ({ needlessPercent }) => needlessPercent, show: percent },
  { name: 'refused', most: () => 0, value: ({ refusedWithRoom }) => refusedWithRoom, show: String },
  { name: 'dead', most: () => 700, value: ({ dead }) => dead, show: String },
  {
    name: 'steered s',
    most: ({ scenario, options }) => (scenario === 'flash-crowd' ? options.heartbeatSeconds : undefined),
    value: ({ steeredAfterSeconds }) => steeredAfterSeconds,
    show: fixed(1),
  },
  {
    name: 'node-h',
    most: ({ scenario }) => (scenario === 'autoscaling' ? 1.12 : undefined),
    value: ({ nodeHours, nodeHoursBound }) => nodeHours / nodeHoursBound,
    show: fixed(3),
  },
];

/** Whether a run keeps to a target; `undefined` where that says nothing of it, as of all other strategies. */
export function isMet({ most, value }: Target, run: RunReport): boolean | undefined {
  const bound = run.options.strategy === 'priced' ? most(run) : undefined;
  return bound === undefined ? undefined : value(run) <= bound;
}

/** Of these runs, those that miss a target. */
export function missesOf(runs: readonly RunReport[]): RunReport[] {
  return runs.filter((run) => TARGETS.some((target) => isMet(target, run) === false));
}
