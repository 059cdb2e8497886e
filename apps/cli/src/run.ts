import { Command, CommanderError } from 'commander';
import { ExitStatus } from './exit-status.js';
import { dnsCommand } from './dns/dns.command.js';
import { drainCommand, undrainCommand } from './drain/drain.command.js';
import { explainCommand } from './explain/explain.command.js';
import { enrolCommand } from './enrol/enrol.command.js';
import { tokenCommand } from './enrol/token.command.js';
import { fleetCommand } from './fleet/fleet.command.js';
import { iceCommand } from './ice/ice.command.js';
import { keysCommand } from './keys/keys.command.js';
import { loadCommand } from './load/load.command.js';
import { logCommand } from './log/log.command.js';
import { policyCommand } from './policy/policy.command.js';
import { provisionCommand } from './provision/provision.command.js';
import { renderCommand } from './render/render.command.js';
import { replayCommand } from './replay/replay.command.js';
import { simulateCommand } from './simulate/simulate.command.js';
import { startCommand } from './start/start.command.js';
import { UsageError } from './usage-error.js';
import { version } from './version.js';
import { whatIfCommand } from './what-if/what-if.command.js';

/** Where commands write: stdout and stderr, or a spec's own. */
export interface Output {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/**
 * Runs `spillway <args…>`.
 * @returns the exit code: 0; 1 when the command failed; 2 when it was called in a way it cannot be; another where
 * the command says so.
 */
export async function run(args: readonly string[], output: Output = standardOutput): Promise<number> {
  try {
    await buildProgram(output).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    const told = error instanceof ExitStatus ? error.cause : error;
    if (told !== undefined) output.writeErr(`spillway: ${describe(told)}\n`);
    if (error instanceof ExitStatus) return error.exitCode;
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
  }
}

/** The command with everything under it. */
export function buildProgram(output: Output = standardOutput): Command {
  const program = new Command('spillway')
    .description('Event-driven control plane for fleets of TURN relays')
    .version(version());
  for (const command of [
    startCommand(),
    iceCommand(),
    fleetCommand(),
    renderCommand(),
    policyCommand(),
    drainCommand(),
    undrainCommand(),
    keysCommand(),
    tokenCommand(),
    enrolCommand(),
    dnsCommand(),
    provisionCommand(),
    loadCommand(),
    logCommand(),
    replayCommand(),
    explainCommand(),
    whatIfCommand(),
    simulateCommand(),
  ])
    program.addCommand(command);
  applySettings(program, 'spillway', output);
  return program;
}

/** Commands that are added as wholes inherit nothing: each gets its settings by itself. */
function applySettings(command: Command, path: string, output: Output): void {
  command.exitOverride().configureOutput({
    ...output,
    outputError: (text, write) => write(`spillway: ${inOneLine(text)} (see: ${path} --help)\n`),
  });
  for (const each of command.commands) applySettings(each, `${path} ${each.name()}`, output);
}

function inOneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ');
}

/** Errors with a `code` were foreseen and their message says what to do; others are bugs and need the stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? error.message : (error.stack ?? error.message);
}

const standardOutput: Output = {
  writeOut: (text) => void process.stdout.write(text),
  writeErr: (text) => void process.stderr.write(text),
};
