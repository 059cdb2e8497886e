// `npm run capacity -w bench [-- 100 1000 …]`: what a fleet of so many nodes costs. The figures of docs/operations.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import Table from 'cli-table3';
import { beat, INTERVAL_MS } from './capacity/heartbeats.js';
import { cpuOver, type MeasuredProcess } from './capacity/measured-process.js';
import { KEY, System } from './capacity/system.js';

const WINDOW_MS = 20_000;
const REQUESTS_PER_SECOND = 400;

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const mib = ({ residentMiB }: MeasuredProcess) => `${residentMiB.toFixed(0)} MiB`;
const seriesOf = async (url: string) =>
  (await (await fetch(`${url}/metrics`)).text()).split('\n').filter((line) => /^\w/.test(line)).length;

async function ask(url: string): Promise<void> {
  const { non2xx, errors } = await autocannon({
    url: `${url}/v1/ice-servers`,
    connections: 8,
    duration: WINDOW_MS / 1000,
    overallRate: REQUESTS_PER_SECOND,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ clientIp: '88.198.0.1', userId: 'alice' }),
  });
  if (non2xx > 0 || errors > 0) throw new Error(`${non2xx} refusals and ${errors} errors`);
}

async function measure(nodes: number): Promise<readonly (readonly [what: string, figure: string])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-capacity-'));
  const system = await System.start(folder);
  const stopBeats = beat(system.bus, nodes);
  const apps: MeasuredProcess[] = [];
  try {
    await sleep(2 * INTERVAL_MS);
    const router = await system.router('first');
    const autoscaler = await system.autoscaler();
    const reporter = await system.reporter();
    apps.push(router.process, autoscaler.process, reporter.process);
    await sleep(WINDOW_MS);

    const bytes = system.storedBytes;
    const startedAt = performance.now();
    const idle = await cpuOver(WINDOW_MS, [system.nats, ...apps]);
    const heartbeats = (nodes * (performance.now() - startedAt)) / INTERVAL_MS;
    const bytesEach = (system.storedBytes - bytes) / heartbeats;

    const [busy] = await Promise.all([cpuOver(WINDOW_MS, [router.process]), ask(router.url)]);
    const perRequest = ((busy[0] ?? 0) - (idle[1] ?? 0)) / REQUESTS_PER_SECOND;
    const second = await system.router('second');
    apps.push(second.process);
    return [
      ['nodes', `${nodes}`],
      ['heartbeats a second', `${(nodes * 1000) / INTERVAL_MS}`],
      ['NATS: CPU of a core', percent(idle[0] ?? 0)],
      ['NATS: memory', mib(system.nats)],
      ['log: bytes a heartbeat', bytesEach.toFixed(0)],
      ['router: CPU of a core, nobody asks', percent(idle[1] ?? 0)],
      ['router: CPU a request', `${(perRequest * 1e6).toFixed(0)} µs`],
      ['router: memory', mib(router.process)],
      ['router: from start to ready', `${(second.process.readyAfterMs / 1000).toFixed(1)} s`],
      ['router: series', `${await seriesOf(router.url)}`],
      ['autoscaler: CPU of a core', percent(idle[2] ?? 0)],
      ['autoscaler: memory', mib(autoscaler.process)],
      ['autoscaler: series', `${await seriesOf(autoscaler.url)}`],
      ['reporter: CPU of a core', percent(idle[3] ?? 0)],
      ['reporter: memory', mib(reporter.process)],
      ['reporter: series', `${await seriesOf(reporter.url)}`],
    ];
  } finally {
    stopBeats();
    for (const app of apps) await app.stop();
    await system.stop();
    rmSync(folder, { recursive: true });
  }
}

const sizes = process.argv.slice(2).map(Number);
const columns: (readonly (readonly [string, string])[])[] = [];
for (const nodes of sizes.length > 0 ? sizes : [100, 1000, 5000]) {
  console.log(`${nodes} nodes …`);
  columns.push(await measure(nodes));
}
const table = new Table({ style: { head: [] } });
for (const [row, [what]] of (columns[0] ?? []).entries()) {
  table.push([what, ...columns.map((column) => column[row]?.[1] ?? '')]);
}
console.log(table.toString());
