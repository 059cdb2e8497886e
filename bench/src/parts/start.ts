import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { INTERVAL_MS } from '../capacity/heartbeats.js';
import { System } from '../capacity/system.js';
import { median } from '../load/compare.js';
import { ForkedServer } from '../load/forked.js';
import type { Figure } from '../suite/figure.js';
import type { Effort, Part } from '../suite/part.js';

const FLEETS = [1_000, 10_000];
const TARGET_FLEET = 10_000;

export const start: Part = {
  name: 'start',
  title: 'A cold start, and memory',
  about:
    'A router process from its start until `/readyz` says yes, with a real nats-server whose log holds the fleet; heartbeats go on every 2 s. Memory is that of the process once it is ready, over that of one with 20 nodes.',
  async run(effort) {
    const small = await measure(20, effort);
    const figures = [showStart(small)];
    for (const nodes of effort.isSmoke ? [] : FLEETS) {
      const fleet = await measure(nodes, effort);
      figures.push(showStart(fleet), showMemory(fleet, small));
    }
    return figures;
  },
};

interface Started {
  readonly nodes: number;
  readonly seconds: readonly number[];
  readonly residentMiB: number;
}

async function measure(nodes: number, { isSmoke, say }: Effort): Promise<Started> {
  say(`${nodes.toLocaleString('en')} nodes`);
  const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
  const system = await System.start(folder);
  const beater = await ForkedServer.start('beater', [system.natsUrl, `${nodes}`]);
  try {
    await sleep(2 * INTERVAL_MS);
    const seconds: number[] = [];
    const resident: number[] = [];
    for (let i = 0; i < (isSmoke ? 1 : 5); i++) {
      const { process } = await system.router(`router-${i}`);
      seconds.push(process.readyAfterMs / 1000);
      resident.push(process.residentMiB);
      await process.stop();
    }
    return { nodes, seconds, residentMiB: median(resident) };
  } finally {
    await beater.stop();
    await system.stop();
    rmSync(folder, { recursive: true });
  }
}

function showStart({ nodes, seconds }: Started): Figure {
  const all = seconds.map((each) => each.toFixed(2)).join(', ');
  return {
    what: `${nodes.toLocaleString('en')} nodes, from start to ready`,
    value: median(seconds),
    unit: 's',
    ...(nodes === TARGET_FLEET && { target: { atMost: 2 } }),
    detail: `median of ${all}`,
  };
}

function showMemory({ nodes, residentMiB }: Started, small: Started): Figure {
  return {
    what: `${nodes.toLocaleString('en')} nodes, memory for 1,000 of them`,
    value: ((residentMiB - small.residentMiB) * 1000) / (nodes - small.nodes),
    unit: 'MiB',
    detail: `${residentMiB.toFixed(0)} MiB against ${small.residentMiB.toFixed(0)} MiB with ${small.nodes} nodes`,
  };
}
