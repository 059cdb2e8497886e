// Runs commands so that nothing of them outlives us.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const GRACE_MS = 5_000;
/** What is kept of a quiet command's output to show when it fails. */
const TAIL_CHARS = 16_000;

/** A step that did not work; its message is all the reader needs. */
export class StepError extends Error {}

let current;
let interruptedBy;

/** Without these a signal would end us and leave npm, nx or apt-get behind. */
function onSignal(signal) {
  interruptedBy ??= signal;
  if (!current) process.exit(exitCodeOf(signal));
  killGroup('SIGTERM');
  setTimeout(() => killGroup('SIGKILL'), GRACE_MS).unref();
}

function killGroup(signal) {
  try {
    process.kill(-current.pid, signal);
  } catch {
    // The whole group is gone already.
  }
}

const exitCodeOf = (signal) => 128 + constants.signals[signal];

// A terminal that went away must not end us before what we started.
process.stdout.on('error', () => {});

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of SIGNALS) process.on(signal, onSignal);

/** Leaves signals to whatever this process goes on with. */
export function releaseSignals() {
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

/**
 * Runs a command and resolves with its exit code; both output streams go to `onOutput`.
 * Does not come back when a signal ends us meanwhile.
 */
async function run(command, args, { env, onOutput }) {
  // A process group of its own: npm, nx and jest start children, and all of them must go with us.
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  current = child;
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      onOutput(`${command}: ${error.message}\n`);
      resolve(127);
    });
    // Whatever the command left running in its group ends with it.
    child.on('exit', () => killGroup('SIGKILL'));
    child.on('close', (status, signal) => resolve(status ?? exitCodeOf(signal)));
  });
  current = undefined;
  if (interruptedBy) process.exit(exitCodeOf(interruptedBy));
  return code;
}

/** Runs a command with its output passed on. */
export const runLoud = (command, args, env) =>
  run(command, args, { env, onOutput: (chunk) => process.stdout.write(chunk) });

/**
 * Runs a command as one line of progress; its output is shown only when it fails.
 * @throws {StepError}
 */
export async function step(title, command, args, env) {
  const started = Date.now();
  process.stdout.write(`${title} … `);
  let tail = '';
  const code = await run(command, args, {
    env,
    onOutput: (chunk) => (tail = (tail + chunk).slice(-TAIL_CHARS)),
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(code === 0 ? `done in ${seconds} s\n` : 'failed\n');
  if (code !== 0) throw new StepError(`${tail}\n${title}: "${command} ${args.join(' ')}" ended with ${code}`);
}
