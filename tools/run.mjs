// Runs commands so that nothing of them outlives us.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a command may take to end once it is asked to; a system under test stops its servers in it. */
const GRACE_MS = 10_000;
const POLL_MS = 50;
/** What is kept of a quiet command's output to show when it fails. */
const TAIL_CHARS = 16_000;

/** A step that did not work; its message is all the reader needs. */
export class StepError extends Error {}

let current;
let interruptedBy;

/** Without it a signal would end us and leave npm, nx or apt-get behind. */
function onSignal(signal) {
  interruptedBy ??= signal;
  if (!current) process.exit(exitCodeOf(signal));
  void endGroup(current.pid);
}

/** Asks every process of a group to end, and ends those that did not after a while. */
async function endGroup(leader) {
  signalGroup(leader, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  while (signalGroup(leader, 0) && Date.now() < deadline) await sleep(POLL_MS);
  signalGroup(leader, 'SIGKILL');
}

/** @returns whether there is anybody left in the group. */
function signalGroup(leader, signal) {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
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
  const closed = once(child, 'close').catch(() => {});
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      onOutput(`${command}: ${error.message}\n`);
      resolve(127);
    });
    child.on('exit', (status, signal) => resolve(status ?? exitCodeOf(signal)));
  });
  if (child.pid) {
    // Whatever the command left running in its group ends with it, and what it wrote is read to the end.
    await endGroup(child.pid);
    await Promise.race([closed, sleep(GRACE_MS, undefined, { ref: false })]);
  }
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
