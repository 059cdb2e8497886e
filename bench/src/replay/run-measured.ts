import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

/** What a program took, as `tell-usage.ts` writes it. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakMiB: number;
}

/** Runs `spillway <args…>` to its end. @throws when it fails. */
export async function runMeasured(args: readonly string[]): Promise<Usage> {
  const spillway = new URL('../../../apps/cli/bin/spillway.js', import.meta.url).pathname;
  const teller = new URL('tell-usage.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', teller, spillway, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const told = json(child.stdio[3] as Readable);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`spillway ${args.join(' ')} ended with ${code}`);
  return (await told) as Usage;
}
