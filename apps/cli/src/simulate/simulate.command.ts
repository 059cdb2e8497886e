import { writeFile } from 'node:fs/promises';
import type { StrategyName } from '@spillway/contracts';
import { Command } from 'commander';
import { print } from '../print.js';
import type { Scenario } from './engine/scenario.js';
import type { RunReport } from './report/run-report.js';
import { drawTable } from './report/table.js';
import { runOne } from './run-one.js';
import { DEFAULT_RUN } from './simulate.js';
import {
  parseAmount,
  parseFleets,
  parseNumbers,
  parseScenarios,
  parseStrategies,
} from './simulate-options.js';
import type { FleetSize } from './world/fleet-plan.js';
import { loadCells } from './world/cells.js';
import { buildWorld, DAY_START } from './world/world.js';

interface SimulateOptions {
  readonly strategy: StrategyName[];
  readonly scenario: Scenario[];
  readonly fleet: FleetSize[];
  readonly routers: number[];
  readonly heartbeat: number[];
  readonly seed: number[];
  readonly hours?: number;
  readonly startHour?: number;
  readonly arrivals: number;
  readonly unused: number;
  readonly json?: string;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('drive the decisions through a seeded virtual world, and measure them')
    .option('--strategy <names>', 'which rule, several with commas, or all', parseStrategies, ['priced'])
    .option(
      '--scenario <names>',
      'what happens, several with commas, or all',
      parseScenarios,
      parseScenarios('calm'),
    )
    .option('--fleet <names>', 'loose, medium, tight, or all', parseFleets, ['medium'])
    .option('--routers <numbers>', 'how many routers', parseNumbers, [DEFAULT_RUN.routers])
    .option('--heartbeat <seconds>', "between a node's heartbeats", parseNumbers, [
      DEFAULT_RUN.heartbeatSeconds,
    ])
    .option('--seed <numbers>', 'several with commas', parseNumbers, [DEFAULT_RUN.seed])
    .option('--hours <hours>', 'how much of the day (default: as the scenario has it)', parseAmount)
    .option('--start-hour <hour>', 'when that begins, UTC (default: as the scenario has it)', parseAmount)
    .option('--arrivals <calls>', 'a day', parseAmount, DEFAULT_RUN.arrivalsPerDay)
    .option('--unused <share>', 'of credentials that never carry any load, 0–0.95', parseAmount, 0)
    .option('--json <file>', 'write the figures there')
    .action(async (options: SimulateOptions, command: Command) => {
      const world = buildWorld(await loadCells(DAY_START));
      const reports: RunReport[] = [];
      for (const [scenario, run] of runsOf(options)) {
        reports.push(runOne(world, scenario, run, (text) => process.stderr.write(text)));
      }
      if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(reports, null, 2)}\n`);
      print(command, `${drawTable(reports)}\n`);
    });
}

function runsOf(options: SimulateOptions) {
  const { scenario, strategy, fleet, routers, heartbeat, seed } = options;
  const { hours, startHour, arrivals: arrivalsPerDay, unused: unusedShare } = options;
  const rest = { ...DEFAULT_RUN, hours, startHour, arrivalsPerDay, unusedShare };
  return scenario.flatMap((scenario) =>
    strategy.flatMap((strategy) =>
      fleet.flatMap((fleet) =>
        routers.flatMap((routers) =>
          heartbeat.flatMap((heartbeatSeconds) =>
            seed.map(
              (seed) => [scenario, { ...rest, strategy, fleet, routers, heartbeatSeconds, seed }] as const,
            ),
          ),
        ),
      ),
    ),
  );
}
