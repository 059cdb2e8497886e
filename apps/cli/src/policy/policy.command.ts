import { Command } from 'commander';
import { stringify } from 'yaml';
import { print } from '../print.js';
import { withBus } from '../with-bus.js';
import { applyPolicy } from './apply-policy.js';
import { differences, diffCommand } from './diff.command.js';
import { natsOption } from './nats-option.js';
import { readPolicyFile } from './policy-file.js';
import { policyInForce } from './policy-in-force.js';
import { shadowCommand } from './shadow.command.js';

/** Nothing was ever applied. */
export class NoPolicyError extends Error {
  readonly code = 'no-policy';
  constructor() {
    super('there is no policy yet: spillway policy apply deploy/policy.default.yaml');
    this.name = 'NoPolicyError';
  }
}

export function policyCommand(): Command {
  return new Command('policy')
    .description(
      'the regions and rules in force: check a file, compare it, try it beside, apply it, show what is in force',
    )
    .addCommand(checkCommand())
    .addCommand(diffCommand())
    .addCommand(shadowCommand())
    .addCommand(applyCommand())
    .addCommand(showCommand());
}

function checkCommand(): Command {
  return new Command('check')
    .description('say what is wrong with a policy file; changes nothing and needs no server')
    .argument('<file>', 'policy in YAML or JSON')
    .action((file: string, _options: object, command: Command) => {
      const { revision, regions } = readPolicyFile(file);
      print(command, `${file} is a valid policy: "${revision}", ${describeRegions(regions)}`);
    });
}

function applyCommand(): Command {
  return new Command('apply')
    .description('put a policy file in force on all routers')
    .argument('<file>', 'policy in YAML or JSON')
    .option('--dry-run', 'say what it would change, and change nothing')
    .addOption(natsOption())
    .action(async (file: string, { nats, dryRun }: ApplyOptions, command: Command) => {
      const policy = readPolicyFile(file);
      if (dryRun) return announce(command, await differences(policy, nats));
      const applied = await withBus(nats, (bus, signal) => applyPolicy(bus, policy, signal));
      const what = `"${policy.revision}", ${describeRegions(policy.regions)}`;
      const became = applied.isInForce ? 'policy in force' : 'policy applied, and replaced by another since';
      print(command, `${became}: ${what} (log position ${applied.position})`);
    });
}

interface ApplyOptions {
  readonly nats: string;
  readonly dryRun?: true;
}

function announce(command: Command, lines: readonly string[]): void {
  for (const line of lines) print(command, line);
  print(command, lines.length > 0 ? 'dry run: nothing was applied' : 'dry run: nothing would change');
}

function showCommand(): Command {
  return new Command('show')
    .description('print the policy in force, every default filled in')
    .option('--json', 'JSON instead of YAML')
    .addOption(natsOption())
    .action(async ({ nats, json }: { nats: string; json?: true }, command: Command) => {
      const policy = await withBus(nats, policyInForce);
      if (!policy) throw new NoPolicyError();
      print(command, json ? JSON.stringify(policy, null, 2) : stringify(policy).trimEnd());
    });
}

function describeRegions(regions: object): string {
  const names = Object.keys(regions);
  return `${names.length === 1 ? 'region' : 'regions'} ${names.join(', ')}`;
}
