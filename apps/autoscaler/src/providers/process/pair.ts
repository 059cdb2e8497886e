import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  coturnVersion,
  endGroup,
  findPrograms,
  findProcesses,
  identifyProcess,
  isAlive,
  isListening,
  reporterEnvironment,
  spawnDetached,
  tailOf,
  writeCoturnConfig,
  type LocalNode,
  type LocalProgram,
  type ProcessIdentity,
  type ReporterOptions,
} from '@spillway/local-nodes';
import { ProviderError } from '../provider-error.js';
import type { InstanceRecord } from './instance-record.js';

export interface PairOptions {
  readonly masterSecret: string;
  /** Path of the reporter's main.js. */
  readonly reporterProgram: string;
  readonly reporter: ReporterOptions;
}

/** Milliseconds until each process of a pair must listen, on a slow machine. */
const START_LIMIT_MS = 20_000;
const REPORTER_STOP_MS = 5_000;
const COTURN_STOP_MS = 3_000;
const POLL_MS = 50;

/**
 * Starts coturn, then its reporter, and returns when both listen. `onStarted` is told of each as soon as it runs.
 * @throws {ProviderError} `cannot-start`, with the end of what it said; {LocalNodeError} when coturn is not installed.
 */
export async function startPair(
  node: LocalNode,
  folder: string,
  { masterSecret, reporterProgram, reporter }: PairOptions,
  onStarted: (which: 'coturn' | 'reporter', identity: ProcessIdentity) => Promise<void>,
): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { turnserver } = findPrograms(['turnserver']);
  const version = coturnVersion(turnserver);
  const files = writeCoturnConfig(node, { version, realm: 'spillway', masterSecret, folder, name: 'coturn' });
  const start = async (
    which: 'coturn' | 'reporter',
    program: LocalProgram,
    address: string,
    port: number,
  ) => {
    const log = join(folder, `${which}.log`);
    const child = spawnDetached(program, log, 'w');
    await once(child, 'spawn');
    child.unref();
    const identity = identifyProcess(child.pid ?? 0);
    if (identity) await onStarted(which, identity);
    await untilListening(`the ${which} of ${node.nodeId}`, child, log, () => isListening(address, port));
  };
  const coturn = { command: turnserver, args: ['-c', files.config], env: {} };
  await start('coturn', coturn, node.turnAddress, node.turnPort);
  const env = reporterEnvironment(node, files, reporter);
  // The folder is there for `findProcesses` and for people who read `ps`; the reporter takes no arguments.
  const program = { command: process.execPath, args: [reporterProgram, folder], env };
  await start('reporter', program, '127.0.0.1', node.reporterPort);
}

async function untilListening(
  what: string,
  child: ChildProcess,
  log: string,
  attempt: () => Promise<true>,
): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const isUp = await attempt().catch(() => false);
    if (isUp) return;
    await sleep(POLL_MS);
  }
  const ending = child.exitCode ?? child.signalCode;
  const how = ending === null ? `does not listen after ${START_LIMIT_MS / 1000} s` : `ended (${ending})`;
  const remedy = 'The log of the autoscaler has the end of its log';
  throw new ProviderError('cannot-start', `${what} ${how}`, remedy, undefined, tailOf(log));
}

/** Ends the reporter, which says `stopped`, then coturn, and removes their files. Finds what nobody wrote down, too. */
export async function endPair({ coturn, reporter }: InstanceRecord, folder: string): Promise<void> {
  await endProcess(reporter, REPORTER_STOP_MS);
  await endProcess(coturn, COTURN_STOP_MS);
  for (const stray of findProcesses(folder)) await endProcess(stray, COTURN_STOP_MS);
  rmSync(folder, { recursive: true, force: true });
}

async function endProcess(identity: ProcessIdentity | undefined, limitMs: number): Promise<void> {
  if (identity && isAlive(identity)) await endGroup(identity.pid, limitMs, () => !isAlive(identity));
}
