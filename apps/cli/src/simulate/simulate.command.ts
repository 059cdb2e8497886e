import { access, constants, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StrategyName } from '@spillway/contracts';
import { Command, Option } from 'commander';
import { ExitStatus } from '../exit-status.js';
import { print } from '../print.js';
import { UsageError } from '../usage-error.js';
import type { Scenario } from './engine/scenario.js';
import { readReports } from './report/read-reports.js';
import { ResultStore } from './report/result-store.js';
import type { RunReport } from './report/run-report.js';
import { drawSeedsMarkdown } from './report/seeds-table.js';
import { drawMarkdown, drawTable, drawTargets, drawTargetsMarkdown } from './report/table.js';
import { missesOf } from './report/targets.js';
import { keyOf, Runner } from './runner.js';
import {
  amountFrom,
  numbersFrom,
  parseFleets,
  parseScenarios,
  parseSetting,
  parseStrategies,
} from './simulate-options.js';
import { DEFAULT_RUN, type RunOptions } from './simulate.js';
import { loadCells } from './world/cells.js';
import type { FleetSize } from './world/fleet-plan.js';
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
  readonly set: Record<string, unknown>;
  readonly optimum: boolean;
  readonly json?: string;
  readonly markdown?: string;
  readonly out?: string;
  readonly check?: true | string;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('drive the decisions through a seeded virtual world, and measure them')
    .option('--strategy <names>', 'which rule, several with commas, or all', parseStrategies, ['priced'])
    .addOption(
      new Option('--scenario <names>', 'what happens, several, or all')
        .argParser(parseScenarios)
        .default(parseScenarios('calm'), 'calm'),
    )
    .option('--fleet <names>', 'loose, medium, tight, several, or all', parseFleets, ['medium'])
    .option('--routers <numbers>', 'how many routers', numbersFrom(1, 64), [DEFAULT_RUN.routers])
    .option('--heartbeat <seconds>', 'between heartbeats', numbersFrom(1, 60), [DEFAULT_RUN.heartbeatSeconds])
    .option('--seed <numbers>', 'several with commas', numbersFrom(0, 999_999_999), [DEFAULT_RUN.seed])
    .option('--hours <hours>', 'how much of the day (default: as the scenario has it)', amountFrom(0.1, 24))
    .option(
      '--start-hour <hour>',
      'when that begins, UTC (default: as the scenario has it)',
      amountFrom(0, 24),
    )
    .option('--arrivals <calls>', 'a day', amountFrom(10_000, 100_000_000), DEFAULT_RUN.arrivalsPerDay)
    .option('--unused <share>', 'of credentials that never carry any load', amountFrom(0, 0.95), 0)
    .addOption(
      new Option('--set <member=value>', 'of the policy, may be repeated')
        .argParser(parseSetting)
        .default({}, 'the defaults'),
    )
    .option('--no-optimum', 'do not solve for the optimum')
    .option('--json <file>', 'write the figures there')
    .option('--markdown <file>', 'write the table there')
    .option('--out <folder>', 'keep figures and a picture of every run there; what is there is not run again')
    .option('--check [path]', 'hold the runs against the targets, or those that --json or --out kept there')
    .action(async (options: SimulateOptions, command: Command) => {
      await ensureWritable('--json', options.json);
      await ensureWritable('--markdown', options.markdown);
      const reports =
        typeof options.check === 'string'
          ? await readReports(options.check)
          : await runAll(options, (text) => process.stderr.write(text));
      if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(reports, null, 2)}\n`);
      const tables = options.check
        ? [drawSeedsMarkdown(reports), drawTargetsMarkdown(reports)]
        : [drawMarkdown(reports)];
      const markdown = tables.filter((table) => table !== undefined).join('\n\n');
      if (options.markdown !== undefined) await writeFile(options.markdown, `${markdown}\n`);
      if (options.check) check(command, reports);
      else print(command, drawTable(reports));
    });
}

/** A run takes its time: what cannot be written in the end is said before. @throws {UsageError} */
async function ensureWritable(option: string, path: string | undefined): Promise<void> {
  if (path === undefined) return;
  await access(dirname(path), constants.W_OK).catch(() => {
    throw new UsageError(`${option}: there is no folder ${dirname(path)} that may be written to`);
  });
}

/** @throws {ExitStatus} 1 when a run misses a target. */
function check(command: Command, reports: readonly RunReport[]): void {
  const misses = missesOf(reports).length;
  print(command, drawTargets(reports));
  print(command, `${reports.length - misses} of ${reports.length} runs meet every target.`);
  if (misses > 0) throw new ExitStatus(1);
}

async function runAll(options: SimulateOptions, say: (text: string) => void): Promise<RunReport[]> {
  const store = options.out === undefined ? undefined : await ResultStore.open(options.out);
  const runner = new Runner(buildWorld(await loadCells(DAY_START)), options.optimum, say);
  const reports: RunReport[] = [];
  for (const [scenario, run] of runsOf(options)) {
    const known = await store?.read(keyOf(scenario, run));
    if (known) {
      reports.push(known);
      continue;
    }
    const { report, picture } = await runner.run(scenario, run);
    await store?.write(report, picture);
    reports.push(report);
  }
  return reports;
}

/** Every combination, strategies side by side. */
function runsOf(options: SimulateOptions): (readonly [Scenario, RunOptions])[] {
  const { hours, startHour, arrivals: arrivalsPerDay, unused: unusedShare, set: policy } = options;
  let runs: (readonly [Scenario, RunOptions])[] = options.scenario.map((scenario) => [
    scenario,
    { ...DEFAULT_RUN, hours, startHour, arrivalsPerDay, unusedShare, policy },
  ]);
  const vary = <T>(values: readonly T[], change: (value: T) => Partial<RunOptions>) => {
    runs = runs.flatMap(([scenario, run]) =>
      values.map((value) => [scenario, { ...run, ...change(value) }] as const),
    );
  };
  vary(options.fleet, (fleet) => ({ fleet }));
  vary(options.routers, (routers) => ({ routers }));
  vary(options.heartbeat, (heartbeatSeconds) => ({ heartbeatSeconds }));
  vary(options.seed, (seed) => ({ seed }));
  vary(options.strategy, (strategy) => ({ strategy }));
  return runs;
}
