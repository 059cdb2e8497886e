import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { System } from '../capacity/system.js';
import { median } from '../load/compare.js';
import { ForkedServer } from '../load/forked.js';
import { saturate, warmUp } from '../load/load.js';
import type { Part } from '../suite/part.js';
import { httpSide } from './http.js';

const CONNECTIONS = 32;
const NODES = 24;

export const processes: Part = {
  name: 'processes',
  title: 'A process for each core',
  about:
    '`POST /v1/ice-servers` of a router with as many processes behind its port as the machine has cores (`ROUTER_PROCESSES`), against a router of one, both on the same real nats-server; medians of rounds in turn. The load and nats-server are on the same cores.',
  async run({ isSmoke, say }) {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
    const system = await System.start(folder);
    const beater = await ForkedServer.start('beater', [system.natsUrl, `${NODES}`]);
    const sides: Awaited<ReturnType<typeof sideOf>>[] = [];
    try {
      for (const count of [1, availableParallelism()]) sides.push(await sideOf(system, count));
      const [rounds, ms, warmUpAnswers] = isSmoke ? [1, 100, 50] : [7, 2_000, 20_000];
      for (const { ask } of sides) await warmUp(ask, CONNECTIONS, warmUpAnswers, 20_000);
      say('as fast as it goes');
      const rates = sides.map(() => Array.of<number>());
      for (let round = 0; round < rounds; round++) {
        for (const [i, { ask }] of sides.entries()) {
          const run = await saturate(ask, CONNECTIONS, ms);
          rates[i]?.push((run.answers * 1000) / run.ms);
        }
      }
      const [one = NaN, all = NaN] = rates.map(median);
      return [
        {
          what: `HTTP, ${availableParallelism()} processes, requests a second as many times those of one`,
          value: all / one,
          detail: `${Math.round(all)} against ${Math.round(one)} a second`,
        },
      ];
    } finally {
      for (const { stop } of sides) await stop();
      await beater.stop();
      await system.stop();
      rmSync(folder, { recursive: true });
    }
  },
};

async function sideOf(system: System, count: number) {
  const { process, url } = await system.router(`router-of-${count}`, count);
  const server = { port: Number(new URL(url).port), cpuMicros: () => Promise.resolve(0) };
  const { ask, close } = await httpSide(server);
  const stop = () => (close(), process.stop());
  return { ask, stop };
}
