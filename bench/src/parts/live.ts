import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { INTERVAL_MS } from '../capacity/heartbeats.js';
import { cpuOver } from '../capacity/measured-process.js';
import { KEY, PLACES, System } from '../capacity/system.js';
import { ForkedServer } from '../load/forked.js';
import { askAtRate, saturate, warmUp } from '../load/load.js';
import { PROBE_REGION, probeFreshness } from '../load/probe.js';
import type { Figure } from '../suite/figure.js';
import type { Effort, Part } from '../suite/part.js';
import { httpSide } from './http.js';

const FLEETS = [1_000, 10_000];
const LANES = 32;

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
  const system = await System.start(folder, {
    regions: { ...PLACES, [PROBE_REGION]: { latitude: -80, longitude: 0 } },
    // A benchmark issues in seconds what a fleet issues in hours: its reservations must not fill the nodes.
    reservation: { bandwidthBps: 1, allocations: 0 },
  });
  const stops: (() => unknown)[] = [() => system.stop()];
  try {
    const router = await system.router('first');
    stops.unshift(() => router.process.stop());
    say(`${name}: nobody is heard`);
    const [still = 0] = await cpuOver(windowMs / 3, [router.process]);
    const beater = await ForkedServer.start('beater', [system.natsUrl, `${nodes}`]);
    stops.unshift(() => beater.stop());
    await sleep(2 * INTERVAL_MS);

    say(`${name}: heartbeats alone`);
    const bytesBefore = system.storedBytes;
    const [beating = 0] = await cpuOver(windowMs, [router.process]);
    const bytesEach = (system.storedBytes - bytesBefore) / ((nodes * windowMs) / INTERVAL_MS);
    const microsEach = ((beating - still) * INTERVAL_MS * 1000) / nodes;

    const port = Number(new URL(router.url).port);
    const side = await httpSide({ port, cpuMicros: async () => router.process.cpuSeconds * 1e6 });
    stops.unshift(() => side.close());
    say(`${name}: as many requests as go`);
    await warmUp(side.ask, LANES, warmUpAnswers, windowMs);
    const most = await saturate(side.ask, LANES, windowMs / 3);
    const perSecond = (most.answers * 1000) / most.ms / 2;
    say(`${name}: half of them`);
    const bytesAtHalf = system.storedBytes;
    const [answers, fresh] = await Promise.all([
      askAtRate(side.ask, perSecond, windowMs),
      probeFreshness(system.bus, port, `Bearer ${KEY}`, windowMs),
    ]);
    const decisionBytes =
      (system.storedBytes - bytesAtHalf - (bytesEach * nodes * windowMs) / INTERVAL_MS) / answers.count;

    const sent = (await beater.told()) + fresh.count + 1;
    const lost = sent - (await heardBy(router.url, sent));
    const beside = `${Math.round(perSecond)} requests a second beside`;
    return [
      {
        what: `${name}, heartbeats a CPU second`,
        value: 1e6 / microsEach,
        detail: `${microsEach.toFixed(0)} µs of the router's CPU each, from the wire into the fold`,
      },
      {
        what: `${name}, from publishing a heartbeat to the first answer that rests on it, p99`,
        value: fresh.at(0.99),
        unit: 'ms',
        target: { atMost: 20 },
        detail: `${fresh.describe()}, ${fresh.count} probes, ${beside}`,
      },
      { what: `${name}, heartbeats lost`, value: lost, target: { atMost: 0 }, detail: `of ${sent}` },
      {
        what: `${name}, time to answer, p99`,
        value: answers.at(0.99),
        unit: 'ms',
        detail: `${answers.describe()}, ${beside}`,
      },
      {
        what: `${name}, log for a node and hour`,
        value: (bytesEach * 3_600_000) / INTERVAL_MS / 1e6,
        unit: 'MB',
        detail: `${bytesEach.toFixed(0)} bytes a heartbeat on disk, one every 2 s`,
      },
      {
        what: `${name}, log for a million decisions`,
        value: decisionBytes,
        unit: 'MB',
        detail: 'bytes on disk for each',
      },
    ];
  } finally {
    for (const stop of stops) await stop();
  }
}

/** Heartbeats that a router has folded, once that is all of them, or no more come. The policy is the other entry. */
async function heardBy(url: string, expected: number): Promise<number> {
  let heard = 0;
  for (let before = -1; heard !== before && heard < expected;) {
    before = heard;
    await sleep(1_000);
    const text = await (await fetch(`${url}/metrics`)).text();
    heard = Number(/^spillway_log_entries_total\{outcome="applied"\} (\d+)/m.exec(text)?.[1]) - 1;
  }
  return heard;
}
