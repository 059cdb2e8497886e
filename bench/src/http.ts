import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { median } from './compare.js';
import type { Result } from './report.js';

const ROUNDS = 7;
const SECONDS = 2;
const CONNECTIONS = 32;

interface Server {
  readonly process: ChildProcess;
  readonly port: number;
  readonly perSecond: number[];
  readonly cpuMicroseconds: number[];
}

/** `POST /v1/ice-servers` of one router process against the least a Node server can do for the same exchange. */
export async function benchHttp(): Promise<Result[]> {
  const bare = await startServer('bare-server.js');
  const router = await startServer('router-server.js');
  try {
    for (const server of [bare, router]) await load(server, SECONDS);
    for (const server of [bare, router]) server.perSecond.length = server.cpuMicroseconds.length = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (const server of [bare, router]) await load(server, SECONDS);
    }
  } finally {
    bare.process.kill();
    router.process.kill();
  }
  const rate = { bare: median(bare.perSecond), router: median(router.perSecond) };
  const cost = { bare: median(bare.cpuMicroseconds), router: median(router.cpuMicroseconds) };
  const what = 'POST /v1/ice-servers, one process';
  const against = 'a bare node:http server: same body parsed, same answer serialised';
  return [
    {
      what: `${what}, requests a second`,
      against,
      ratio: rate.router / rate.bare,
      aim: '≥ 0.6',
      detail: `${Math.round(rate.router)} against ${Math.round(rate.bare)}`,
    },
    {
      what: `${what}, requests a CPU second`,
      against,
      ratio: cost.bare / cost.router,
      aim: '≥ 0.6',
      detail: `${cost.router.toFixed(0)} µs against ${cost.bare.toFixed(0)} µs a request`,
    },
  ];
}

async function startServer(script: string): Promise<Server> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), { stdio: 'inherit' });
  const [port] = (await once(child, 'message')) as [number];
  return { process: child, port, perSecond: [], cpuMicroseconds: [] };
}

async function load(server: Server, seconds: number): Promise<void> {
  const before = await cpuOf(server.process);
  const letSleep = stayAwake();
  const { requests, non2xx, errors } = await autocannon({
    url: `http://127.0.0.1:${server.port}/v1/ice-servers`,
    connections: CONNECTIONS,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
    body: JSON.stringify({ clientIp: '203.0.113.7', userId: 'alice' }),
  });
  letSleep();
  if (non2xx > 0 || errors > 0) throw new Error(`${non2xx} refusals and ${errors} errors under load`);
  server.perSecond.push(requests.average);
  server.cpuMicroseconds.push(((await cpuOf(server.process)) - before) / requests.total);
}

/**
 * Keeps the load's event loop turning. A load that outruns the server sleeps until each answer wakes it, and on a
 * virtual machine the server pays for the waking: 30 µs an answer here, for any server slower than the load.
 */
function stayAwake(): () => void {
  let isAwake = true;
  const turn = () => isAwake && setImmediate(turn);
  turn();
  return () => (isAwake = false);
}

/** Microseconds of CPU the process has used. */
async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [microseconds] = (await once(child, 'message')) as [number];
  return microseconds;
}
