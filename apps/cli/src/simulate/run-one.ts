import type { Scenario } from './engine/scenario.js';
import type { RunReport } from './report/run-report.js';
import { simulate, type RunOptions } from './simulate.js';
import type { World } from './world/world.js';

const HOUR_MS = 3_600_000;

/** Runs one strategy through one scenario and sums up what came of it. */
export function runOne(
  world: World,
  scenario: Scenario,
  options: RunOptions,
  say: (text: string) => void,
): RunReport {
  const { strategy, fleet, routers, heartbeatSeconds, seed } = options;
  const name = `${scenario.name} ${strategy} ${fleet} ${routers} routers ${heartbeatSeconds} s seed ${seed}`;
  const begin = performance.now();
  const { metrics, engine, from, to } = simulate(world, scenario, options, (share) =>
    say(`\r${name}: ${Math.floor(100 * share)} % `),
  );
  const runSeconds = (performance.now() - begin) / 1000;
  say(`\r${name}: ${runSeconds.toFixed(1)} s\n`);
  const flaps = metrics.flaps.report();
  const timedMs = engine.routers.reduce((sum, router) => sum + router.timedMs, 0);
  const timed = engine.routers.reduce((sum, router) => sum + router.timedDecisions, 0);
  return {
    scenario: scenario.name,
    options,
    ...metrics.load.report(),
    ...metrics.placements.report(),
    flapsPerHour: flaps.reduce((sum, count) => sum + count, 0) / ((to - from) / HOUR_MS),
    flapsByRegion: Object.fromEntries(
      world.regions.flatMap(({ id }, r) => (flaps[r] ? [[id, flaps[r]]] : [])),
    ),
    decisionMicroseconds: (timedMs * 1000) / Math.max(1, timed),
    runSeconds,
    decisions256: metrics.hash.report(),
  };
}
