import type { PolicyDocument } from '@spillway/contracts';
import { Command } from 'commander';
import { ExitStatus } from '../exit-status.js';
import { print } from '../print.js';
import { withBus } from '../with-bus.js';
import { describeDifferences } from './describe-differences.js';
import { natsOption } from './nats-option.js';
import { readPolicyFile } from './policy-file.js';
import { policyInForce } from './policy-in-force.js';

/** As `diff` has them. */
const EXIT_DIFFERENT = 1;
const EXIT_TROUBLE = 2;

export function diffCommand(): Command {
  return new Command('diff')
    .description(
      'say what a policy file would change; exit code 0: nothing, 1: something, 2: it cannot be told',
    )
    .argument('<file>', 'policy in YAML or JSON')
    .addOption(natsOption())
    .action(async (file: string, { nats }: { nats: string }, command: Command) => {
      const lines = await compare(file, nats);
      for (const line of lines) print(command, line);
      if (lines.length > 0) throw new ExitStatus(EXIT_DIFFERENT);
    });
}

async function compare(file: string, nats: string): Promise<string[]> {
  try {
    return await differences(readPolicyFile(file), nats);
  } catch (error) {
    throw new ExitStatus(EXIT_TROUBLE, error);
  }
}

/** What applying it would change, a line each. */
export async function differences(policy: PolicyDocument, nats: string): Promise<string[]> {
  return describeDifferences(await withBus(nats, policyInForce), policy);
}
