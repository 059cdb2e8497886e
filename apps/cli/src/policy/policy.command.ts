import { POLICY_KEY } from '@spillway/contracts';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { print } from '../print.js';
import { withBus } from '../with-bus.js';
import { applyPolicy } from './apply-policy.js';
import { readPolicyFile } from './policy-file.js';

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
    .description('the regions and rules in force: check a file, apply it, show what is in force')
    .addCommand(checkCommand())
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
    .addOption(natsOption())
    .action(async (file: string, { nats }: { nats: string }, command: Command) => {
      const policy = readPolicyFile(file);
      const { position } = await withBus(nats, (bus, signal) => applyPolicy(bus, policy, signal));
      const what = `"${policy.revision}", ${describeRegions(policy.regions)}`;
      print(command, `policy in force: ${what} (log position ${position})`);
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('print the policy in force, every default filled in')
    .option('--json', 'JSON instead of YAML')
    .addOption(natsOption())
    .action(async ({ nats, json }: { nats: string; json?: true }, command: Command) => {
      const stored = await withBus(nats, (bus) => bus.state.get(POLICY_KEY));
      if (!stored) throw new NoPolicyError();
      print(command, json ? JSON.stringify(stored.value, null, 2) : stringify(stored.value).trimEnd());
    });
}

function natsOption(): Option {
  return new Option('--nats <url>', 'NATS servers, comma list')
    .env('NATS_URL')
    .default('nats://127.0.0.1:4222');
}

function describeRegions(regions: object): string {
  const names = Object.keys(regions);
  return `${names.length === 1 ? 'region' : 'regions'} ${names.join(', ')}`;
}
