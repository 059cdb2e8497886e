import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Heartbeat } from '@spillway/contracts';

interface Line {
  readonly subject?: string;
  readonly payload?: Partial<Heartbeat>;
  readonly changed?: Partial<Heartbeat>;
}

/** Copies an archive in which one heartbeat of a region, in the middle, tells a load a tenth of what it was. */
export function changeOneLoad(from: string, to: string, region: string): void {
  const lines = gunzipSync(readFileSync(from)).toString().split('\n');
  const middle = Math.floor(lines.length / 2);
  const at = lines.findIndex((line, i) => i >= middle && isBusy(line, region));
  if (at < 0) throw new Error(`no node of ${region} carries anything in the second half of ${from}`);
  lines[at] = withLoad(lines[at] ?? '');
  writeFileSync(to, gzipSync(lines.join('\n')));
}

function isBusy(line: string, region: string): boolean {
  if (!line.includes(`turn.v1.node.${region}.`)) return false;
  const { payload, changed }: Line = JSON.parse(line);
  const { load } = changed ?? payload ?? {};
  return (load?.egressBps ?? 0) > 0;
}

function withLoad(line: string): string {
  const read: Line = JSON.parse(line);
  for (const said of [read.payload, read.changed]) {
    const { load } = said ?? {};
    if (!load) continue;
    load.egressBps = (load.egressBps ?? 0) / 10;
    load.ingressBps = (load.ingressBps ?? 0) / 10;
    load.allocations = Math.floor((load.allocations ?? 0) / 10);
  }
  return JSON.stringify(read);
}
