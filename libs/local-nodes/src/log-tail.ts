import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_LINES = 12;
const TAIL_BYTES = 8_192;

/** The last lines of a log, for a message that says why its process died. */
export function tailOf(logFile: string): string {
  return readEnd(logFile, TAIL_BYTES)
    .trimEnd()
    .split('\n')
    .slice(-TAIL_LINES)
    .map((line) => `  | ${line}`)
    .join('\n');
}

function readEnd(path: string, bytes: number): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const end = Buffer.alloc(bytes);
    const from = Math.max(0, fstatSync(file).size - bytes);
    return end.subarray(0, readSync(file, end, 0, bytes, from)).toString();
  } catch (error) {
    // Somebody removed it; that must not hide why the process died.
    return (error as Error).message;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
