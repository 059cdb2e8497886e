import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INTERVAL_MS } from '../capacity/heartbeats.js';
import type { Figure } from '../suite/figure.js';
import type { Effort, Part } from '../suite/part.js';
import { LiveFleet, type Beating, type Serving } from './live-fleet.js';

const FLEETS = [1_000, 10_000];

export const live: Part = {
  name: 'live',
  title: 'A live fleet',
  about:
    'A real nats-server and one router process; every node is heard every 2 s, over 20 regions, while requests come at half of what the router can answer beside the heartbeats. A probe publishes heartbeats of a node of its own and asks until an answer rests on it. Everything is on the same machine.',
  async run(effort) {
    const figures: Figure[] = [];
    for (const nodes of effort.isSmoke ? [20] : FLEETS) {
      const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
      try {
        figures.push(...(await measureFleet(folder, nodes, effort)));
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
    return figures;
  },
};

async function measureFleet(folder: string, nodes: number, { isSmoke, say }: Effort): Promise<Figure[]> {
  const [windowMs, warmUpAnswers] = isSmoke ? [500, 50] : [15_000, 20_000];
  const name = `${nodes.toLocaleString('en')} nodes`;
  say(name);
  const fleet = await LiveFleet.start(folder, nodes, windowMs);
  try {
    say(`${name}: heartbeats alone`);
    const beating = await fleet.beat(windowMs);
    say(`${name}: and requests`);
    const serving = await fleet.serve(windowMs, warmUpAnswers, beating.bytes);
    const { sent, lost } = await fleet.end();
    return [
      ...showServing(name, serving),
      { what: `${name}, heartbeats lost`, value: lost, target: { atMost: 0 }, detail: `of ${sent}` },
      ...showCosts(name, beating, serving),
    ];
  } finally {
    await fleet.stop();
  }
}

function showServing(name: string, { answers, freshness, perSecond }: Serving): Figure[] {
  const beside = `${Math.round(perSecond)} requests a second beside`;
  return [
    {
      what: `${name}, from publishing a heartbeat to the first answer that rests on it, p99`,
      value: freshness.at(0.99),
      unit: 'ms',
      target: { atMost: 20 },
      detail: `${freshness.describe()}, ${freshness.count} probes, ${beside}`,
    },
    {
      what: `${name}, time to answer, p99`,
      value: answers.at(0.99),
      unit: 'ms',
      detail: `${answers.describe()}, ${beside}`,
    },
  ];
}

function showCosts(name: string, beating: Beating, serving: Serving): Figure[] {
  return [
    {
      what: `${name}, heartbeats a CPU second`,
      value: 1e6 / beating.micros,
      detail: `${beating.micros.toFixed(0)} µs of the router's CPU each, from the wire into the fold`,
    },
    {
      what: `${name}, log for a node and hour`,
      value: (beating.bytes * 3_600_000) / INTERVAL_MS / 1e6,
      unit: 'MB',
      detail: `${beating.bytes.toFixed(0)} bytes a heartbeat on disk, one every 2 s`,
    },
    {
      what: `${name}, log for a million decisions`,
      value: serving.bytes,
      unit: 'MB',
      detail: `${serving.bytes.toFixed(0)} bytes on disk for each`,
    },
  ];
}
