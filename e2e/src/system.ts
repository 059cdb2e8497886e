import { iceServersAnswerSchema, type IceServersAnswer, type IceServersRequest } from '@spillway/contracts';
import { findFreePorts, type SystemPorts } from './free-ports.js';
import { makeScratch, readPids, spillwayStart, type Scratch } from './spillway-start.js';
import { until } from './until.js';

const START_LIMIT_MS = 60_000;

/** A whole running system with ports and a state folder of its own. */
export interface System {
  readonly ports: SystemPorts;
  readonly scratch: Scratch;
  readonly pid: number;
  /** `POST /v1/ice-servers`, with the demo key. @throws unless the answer is 200 and of the right shape. */
  ask(request: IceServersRequest): Promise<IceServersAnswer>;
  get(path: string): Promise<unknown>;
  pids(): Record<string, number>;
  /** As `kill -9`. @returns whether it was started again, which takes 15 s. */
  kill(name: string): () => boolean;
  /** Ctrl-C as npm hands it on: twice. @returns the exit code. */
  interrupt(): Promise<number | null>;
  stop(): Promise<void>;
}

export async function startSystem(scratch = makeScratch()): Promise<System> {
  const ports = await findFreePorts();
  const running = spillwayStart(scratch, ports);
  const isUp = until('spillway start is up', START_LIMIT_MS, async () => running.output.includes('Ctrl-C'));
  const hasEnded = running.ended.then(({ output }) => {
    throw new Error(`spillway start ended:\n${output}`);
  });
  const stop = async () => {
    running.signal('SIGTERM');
    await running.ended;
    scratch.remove();
  };
  try {
    await Promise.race([isUp, hasEnded]);
  } catch (error) {
    await stop();
    throw error;
  }
  hasEnded.catch(() => undefined);
  return {
    ports,
    scratch,
    pid: running.pid,
    ask: (request) => ask(ports.http, request),
    get: (path) => get(ports.http, path),
    pids: () => readPids(scratch),
    kill: (name) => kill(scratch, name),
    interrupt: async () => {
      running.signal('SIGINT');
      running.signal('SIGINT');
      return (await running.ended).exitCode;
    },
    stop,
  };
}

const authorization = 'Bearer demo';

async function ask(port: number, request: IceServersRequest): Promise<IceServersAnswer> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/ice-servers`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const body: unknown = await response.json();
  if (response.status !== 200) throw new Error(`${response.status}: ${JSON.stringify(body)}`);
  return iceServersAnswerSchema.parse(body);
}

async function get(port: number, path: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } });
  return response.json();
}

function kill(scratch: Scratch, name: string): () => boolean {
  const pid = readPids(scratch)[name];
  if (pid === undefined) throw new Error(`no process ${name}`);
  process.kill(pid, 'SIGKILL');
  return () => readPids(scratch)[name] !== pid;
}
