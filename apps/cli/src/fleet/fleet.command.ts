import { Command } from 'commander';
import logUpdate from 'log-update';
import { print } from '../print.js';
import { routerOptions, type RouterAccess } from '../router-client.js';
import { drawFleet } from './fleet-table.js';
import { fetchFleet } from './report.js';
import { watchFleet } from './watch-fleet.js';

const REDRAW_MS = 1000;

interface FleetOptions extends RouterAccess {
  once?: true;
  json?: true;
}

export function fleetCommand(): Command {
  const command = new Command('fleet')
    .description('the regions and nodes as a router sees them, live')
    .option('--once', 'print once and end, as without a terminal')
    .option('--json', 'print once, as JSON');
  for (const option of routerOptions()) command.addOption(option);
  return command.action(showFleet);
}

async function showFleet(options: FleetOptions, command: Command): Promise<void> {
  if (options.json) return print(command, JSON.stringify(await fetchFleet(options), null, 2));
  if (options.once || !process.stdout.isTTY) return print(command, drawFleet(await fetchFleet(options)));
  const interrupted = new AbortController();
  // Stays: a process without a listener is killed by the one that gives the cursor back.
  process.on('SIGINT', () => interrupted.abort());
  await watchFleet({
    fetch: (signal) => fetchFleet(options, signal),
    draw: (report, staleBecause) => {
      const note = staleBecause === undefined ? '' : `\nas it was: ${staleBecause}`;
      logUpdate(drawFleet(report, process.stdout.rows - 2) + note);
    },
    intervalMs: REDRAW_MS,
    signal: interrupted.signal,
  });
  logUpdate.done();
}
