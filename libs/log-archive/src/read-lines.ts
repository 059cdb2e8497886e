import { crc32 } from 'node:zlib';
import { BrokenFileError, readBytes } from './read-bytes.js';

const NEWLINE = 0x0a;

/** More than any line of the log has: an `issued` batch may have half a MiB. */
const MAX_LINE_BYTES = 8 * 1024 ** 2;

/** Some lines of a file, whole ones. */
export interface Lines {
  readonly lines: readonly string[];
  /** Number of the first. */
  readonly first: number;
  /** CRC-32 of everything before the last of these lines. */
  readonly checksumBeforeLast: number;
}

/**
 * The lines of a file, as many as come at a time. What follows the last newline is no line.
 * @throws {ArchiveError} and {BrokenFileError} as `readBytes`; the latter also for a line that does not end.
 */
export async function* readLines(path: string): AsyncGenerator<Lines> {
  let rest: Buffer = Buffer.alloc(0);
  let first = 1;
  let checksum = 0;
  for await (const chunk of readBytes(path)) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.subarray(end);
    if (rest.length > MAX_LINE_BYTES)
      throw new BrokenFileError(`a line of more than ${MAX_LINE_BYTES} bytes`);
    if (end === 0) continue;
    const lastBegins = end < 2 ? 0 : bytes.lastIndexOf(NEWLINE, end - 2) + 1;
    const checksumBeforeLast = crc32(bytes.subarray(0, lastBegins), checksum);
    checksum = crc32(bytes.subarray(lastBegins, end), checksumBeforeLast);
    const lines = bytes.toString('utf8', 0, end - 1).split('\n');
    yield { lines, first, checksumBeforeLast };
    first += lines.length;
  }
}
