import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

/** A line of a heartbeat that rests on the one before: position, time, position of that one, `at`, `seq`, load. */
type Beat = [number, number, number, string, number, ...load: (number | null)[]];

/** Copies an archive in which one heartbeat of a region, in the middle, tells a load a tenth of what it was. */
export function changeOneLoad(from: string, to: string, region: string): void {
  const lines = gunzipSync(readFileSync(from)).toString().split('\n');
  const ofRegion = new Set<number>();
  for (const [i, text] of lines.entries()) {
    if (text.includes(`"turn.v1.node.${region}.`)) ofRegion.add(positionOf(text));
    if (!text.startsWith('[')) continue;
    const [position, at, since, told, seq, cpu, ...traffic] = JSON.parse(text) as Beat;
    if (!ofRegion.has(since)) continue;
    ofRegion.add(position);
    if (i < lines.length / 2 || !(Number(traffic[0]) > 0)) continue;
    const tenth = traffic.map((value) => Math.floor((value ?? 0) / 10));
    lines[i] = JSON.stringify([position, at, since, told, seq, cpu ?? null, ...tenth]);
    return writeFileSync(to, gzipSync(lines.join('\n')));
  }
  throw new Error(`no node of ${region} carries anything in the second half of ${from}`);
}

const positionOf = (text: string) => (JSON.parse(text) as { readonly position: number }).position;
