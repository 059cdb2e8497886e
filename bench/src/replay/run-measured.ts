import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

/** What a program took, as `tell-usage.ts` writes it. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakMiB: number;
}

const SPILLWAY = new URL('../../../apps/cli/bin/spillway.js', import.meta.url).pathname;
const PLAIN = new URL('read-plainly.js', import.meta.url).pathname;

/** Runs `spillway <args…>` to its end. @throws when it fails. */
export const runSpillway = (args: readonly string[]): Promise<Usage> => runMeasured(SPILLWAY, args);

/** Unpacks an archive and parses its JSON, and does nothing with it. */
export const readPlainly = (path: string): Promise<Usage> => runMeasured(PLAIN, [path]);

/** The run that took the least CPU time: the others shared their caches with something else. */
export function leastOf(runs: readonly Usage[]): Usage {
  return runs.reduce((least, run) => (run.cpuMs < least.cpuMs ? run : least));
}

async function runMeasured(program: string, args: readonly string[]): Promise<Usage> {
  const teller = new URL('tell-usage.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', teller, program, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const told = json(child.stdio[3] as Readable);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
  return (await told) as Usage;
}
