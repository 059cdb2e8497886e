import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QUERY_ICE_SERVERS } from '@spillway/contracts';
import { KEY, System } from '../capacity/system.js';
import { median } from '../load/compare.js';
import { ForkedServer } from '../load/forked.js';
import { openIceClient } from '../load/ice-service.js';
import { saturate, warmUp, type Ask } from '../load/load.js';
import type { Figure } from '../suite/figure.js';
import type { Effort, Part } from '../suite/part.js';
import { streamAsk, unaryAsk } from './grpc.js';
import { httpSide } from './http.js';
import { askOn } from './nats.js';

const LANES = 32;
/** Of gRPC: processes share connections, not what comes on one. */
const GRPC_CONNECTIONS = 8;
const NODES = 24;
const START_LIMIT_MS = 60_000;
const POLL_MS = 50;
const FACES = ['HTTP', 'gRPC, one call a request', 'gRPC, streams', 'NATS request'] as const;

type Face = (typeof FACES)[number];

type Side = Readonly<Record<Face, Ask>>;
type Stop = () => unknown;

export const processes: Part = {
  name: 'processes',
  title: 'A process for each core',
  about:
    'A router with as many processes behind its ports as the machine has cores (`ROUTER_PROCESSES`), against a router of one, each on a real nats-server of its own; medians of rounds in turn. 32 requests at a time, over 32 connections with HTTP, 8 with gRPC, one with NATS. The load and the nats-servers are on the same cores.',
  async run(effort) {
    const sides: Side[] = [];
    const stops: Stop[] = [];
    try {
      for (const count of [1, availableParallelism()]) sides.push(await startSide(count, stops));
      const figures: Figure[] = [];
      for (const face of FACES) figures.push(await compare(face, sides, effort));
      return figures;
    } finally {
      for (const stop of stops.toReversed()) await stop();
    }
  },
};

async function compare(face: Face, sides: readonly Side[], { isSmoke, say }: Effort): Promise<Figure> {
  const asks = sides.map((side) => side[face]);
  const [rounds, ms, warmUpAnswers] = isSmoke ? [1, 100, 50] : [7, 2_000, 20_000];
  for (const ask of asks) await warmUp(ask, LANES, warmUpAnswers, 20_000);
  say(`${face}, as fast as it goes`);
  const rates = asks.map(() => Array.of<number>());
  for (let round = 0; round < rounds; round++) {
    for (const [i, ask] of asks.entries()) {
      const run = await saturate(ask, LANES, ms);
      rates[i]?.push((run.answers * 1000) / run.ms);
    }
  }
  const [one = NaN, all = NaN] = rates.map(median);
  return {
    what: `${face}, ${availableParallelism()} processes, requests a second as many times those of one`,
    value: all / one,
    detail: `${Math.round(all)} against ${Math.round(one)} a second`,
  };
}

/**
 * Starts a router and all that it needs.
 * @param stops takes note of what is to be stopped, last first.
 */
async function startSide(count: number, stops: Stop[]): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
  stops.push(() => rmSync(folder, { recursive: true }));
  const system = await System.start(folder);
  stops.push(() => system.stop());
  const beater = await ForkedServer.start('beater', [system.natsUrl, `${NODES}`]);
  stops.push(() => beater.stop());
  const { process, url, grpcPort } = await system.router(`router-of-${count}`, count);
  stops.push(() => process.stop());
  await untilAllAnswer(url, count);
  const http = await httpSide({ port: Number(new URL(url).port), cpuMicros: () => Promise.resolve(0) });
  const clients = Array.from({ length: GRPC_CONNECTIONS }, () => openIceClient(grpcPort));
  stops.push(http.close, () => clients.forEach((client) => client.close()));
  return {
    HTTP: http.ask,
    'gRPC, one call a request': inTurn(clients.map(unaryAsk)),
    'gRPC, streams': inTurn(clients.map(streamAsk)),
    'NATS request': askOn(system.bus, QUERY_ICE_SERVERS),
  };
}

/** Each of its processes has answered: a decision bears the name of its process. */
async function untilAllAnswer(url: string, count: number): Promise<void> {
  const names = new Set<string>();
  const limit = performance.now() + START_LIMIT_MS;
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', connection: 'close' };
  while (names.size < count) {
    if (performance.now() > limit) throw new Error(`${names.size} of ${count} processes have answered`);
    const response = await fetch(`${url}/v1/ice-servers`, { method: 'POST', headers, body: '{}' });
    const { placement } = (await response.json()) as { placement?: { decisionId: string } };
    if (placement) names.add(placement.decisionId.split('-').slice(0, -2).join('-'));
    else await sleep(POLL_MS);
  }
}

function inTurn(asks: readonly Ask[]): Ask {
  let asked = 0;
  return async () => asks[asked++ % asks.length]?.();
}
