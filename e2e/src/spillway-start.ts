import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SystemPorts } from './free-ports.js';
import { startProcess, type RunningProcess } from './processes.js';

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));

/** A folder for `--state`; its name is in the command line or environment of every process of the system. */
export interface Scratch {
  readonly path: string;
  remove(): void;
}

export function makeScratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), 'spillway-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Command and arguments of `spillway …`. */
export function spillwayCommand(...args: string[]): [command: string, args: string[]] {
  return [process.execPath, [CLI, ...args]];
}

/** `spillway start` as its own process. */
export function spillwayStart(scratch: Scratch, ports: SystemPorts, ...args: string[]): RunningProcess {
  const options = Object.entries(ports).flatMap(([name, port]) => [`--${name}-port`, String(port)]);
  const { NATS_URL: _, ...env } = process.env;
  const [command, all] = spillwayCommand('start', '--state', scratch.path, ...options, ...args);
  return startProcess(command, all, env);
}

/** The processes of a running system by name, as it says itself. */
export function readPids({ path }: Scratch): Record<string, number> {
  const records = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')) as Record<string, { pid: number }>;
  return Object.fromEntries(Object.entries(records).map(([name, { pid }]) => [name, pid]));
}
