import { run } from '../run.js';

export interface SpillwayResult {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** `spillway <args…>` in this process, with what it wrote. */
export async function spillway(...args: string[]): Promise<SpillwayResult> {
  let out = '';
  let err = '';
  const exitCode = await run(args, {
    writeOut: (text) => void (out += text),
    writeErr: (text) => void (err += text),
  });
  return { exitCode, out, err };
}
