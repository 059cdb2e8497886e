import { Command, InvalidArgumentError } from 'commander';
import { parseSeconds } from '../options.js';
import { natsOption } from '../policy/nats-option.js';
import { print } from '../print.js';
import { withBus } from '../with-bus.js';
import { driveLoad } from './drive-load.js';

interface LoadOptions {
  readonly region: string;
  readonly utilization: number;
  readonly for?: number;
  readonly nats: string;
}

export function loadCommand(): Command {
  return new Command('load')
    .description('put synthetic load on a region of a demonstration, to watch what a full region does')
    .requiredOption('--region <region>', 'the region to be filled')
    .requiredOption(
      '--utilization <share>',
      'how full it shall be, as a share of what it can carry at the start: 0.95',
      parseUtilization,
    )
    .option('--for <time>', 'such as 90s or 5m; until Ctrl-C unless given', parseSeconds)
    .addOption(natsOption())
    .action(async ({ region, utilization, for: seconds, nats }: LoadOptions, command: Command) => {
      const interrupted = new AbortController();
      // They stay: Ctrl-C may reach this process more than once, and the load must be taken away.
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort());
      const ends = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
      const signal = AbortSignal.any([interrupted.signal, ...ends]);
      const say = (line: string) => print(command, line);
      await withBus(nats, (bus) => driveLoad(bus, { region, utilization, signal, say }), {
        workMs: Infinity,
      });
      say('the synthetic load is gone');
    });
}

const MAX_UTILIZATION = 3;

function parseUtilization(text: string): number {
  const share = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || share <= 0 || share > MAX_UTILIZATION) {
    throw new InvalidArgumentError(`It must be a share above 0 and up to ${MAX_UTILIZATION}, such as 0.95.`);
  }
  return share;
}
