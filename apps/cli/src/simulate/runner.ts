import { RULE_VERSION } from '@spillway/placement';
import type { Scenario } from './engine/scenario.js';
import { findOptimum } from './optimum/find-optimum.js';
import { drawPicture } from './report/picture.js';
import type { OptimumReport, RunReport } from './report/run-report.js';
import { simulate, type Outcome, type RunOptions } from './simulate.js';
import type { World } from './world/world.js';

const HOUR_MS = 3_600_000;

/** Runs strategies through scenarios, and finds the optimum once for all that play the same part of the same day. */
export class Runner {
  private readonly optima = new Map<string, OptimumReport>();

  constructor(
    private readonly world: World,
    private readonly isOptimumWanted: boolean,
    private readonly say: (text: string) => void,
  ) {}

  async run(
    scenario: Scenario,
    options: RunOptions,
  ): Promise<{ readonly report: RunReport; readonly picture: string }> {
    const { strategy, fleet, routers, heartbeatSeconds, seed } = options;
    const name = `${scenario.name} ${strategy} ${fleet} ${routers} routers ${heartbeatSeconds} s seed ${seed}`;
    const begin = performance.now();
    const outcome = simulate(this.world, scenario, options, (share) =>
      this.say(`\r${name}: ${Math.floor(100 * share)} % `),
    );
    const runSeconds = (performance.now() - begin) / 1000;
    const optimum = this.isOptimumWanted ? await this.optimumOf(scenario, options, outcome) : null;
    this.say(`\r${name}: ${runSeconds.toFixed(1)} s\n`);
    const report = this.reportOf(scenario, options, outcome, { runSeconds, optimum });
    const regions = this.world.regions.map(({ id }) => id);
    return { report, picture: drawPicture(report, regions, outcome.metrics.timeline) };
  }

  private async optimumOf(scenario: Scenario, options: RunOptions, outcome: Outcome): Promise<OptimumReport> {
    const { strategy: _, routers: _r, heartbeatSeconds: _h, policy: _p, ...same } = options;
    const key = JSON.stringify([scenario.name, same]);
    const known = this.optima.get(key);
    if (known) return known;
    const { isAutoscaled } = scenario;
    const optimum = await findOptimum(
      this.world,
      outcome.demand,
      { ...options, isAutoscaled },
      {
        ...outcome,
        ...outcome.metrics,
      },
    );
    this.optima.set(key, optimum);
    return optimum;
  }

  private reportOf(
    scenario: Scenario,
    options: RunOptions,
    { metrics, engine, from, to }: Outcome,
    rest: Pick<RunReport, 'runSeconds' | 'optimum'>,
  ): RunReport {
    const load = metrics.load.report();
    const flaps = metrics.flaps.report();
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const timedMs = sum(engine.routers.map((router) => router.timedMs));
    const timed = sum(engine.routers.map((router) => router.timedDecisions));
    return {
      ...keyOf(scenario, options),
      ...metrics.placements.report(),
      ...load,
      overThresholdByRegion: this.byRegion(load.overThresholdByRegion),
      flapsPerHour: sum(flaps) / ((to - from) / HOUR_MS),
      flapsByRegion: this.byRegion(flaps),
      steeredAfterSeconds: metrics.steering.report(),
      ...metrics.nodeHours.report(),
      cutCalls: engine.cutCalls,
      decisionMicroseconds: (timedMs * 1000) / Math.max(1, timed),
      decisionsSha256: metrics.hash.report(),
      ...rest,
    };
  }

  /** Without those that have none. */
  private byRegion(values: readonly number[]): Record<string, number> {
    return Object.fromEntries(
      this.world.regions.flatMap(({ id }, r) => (values[r] ? [[id, values[r]]] : [])),
    );
  }
}

/** What tells a run from others: the scenario, the rule, and the options with what the scenario filled in. */
export function keyOf({ name, window }: Scenario, options: RunOptions) {
  const { hours = window.hours, startHour = window.startHour } = options;
  const played = { ...options, hours, startHour, policy: { ...options.policy } };
  return { scenario: name, ruleVersion: RULE_VERSION, options: played };
}
