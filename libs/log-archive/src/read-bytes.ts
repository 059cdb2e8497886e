import { createReadStream } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';
import { ArchiveError } from './errors.js';

/** Packed, some hundred lines: more at a time live long enough to cost the garbage collector a tenth of all time. */
const CHUNK_BYTES = 8 * 1024;
const UNPACKED_CHUNK_BYTES = 64 * 1024;

/** Why bytes end before the file is whole; what came before is good. */
export class BrokenFileError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'BrokenFileError';
  }
}

/**
 * The uncompressed bytes of a file, plain or gzip, chunk by chunk; while one is looked at the next is unpacked.
 * @throws {ArchiveError} `unreadable`, `unknown-compression`.
 * @throws {BrokenFileError} when it cannot be unpacked any further. A gzip file that just ends is no error.
 */
export async function* readBytes(path: string): AsyncGenerator<Buffer> {
  const inflater = new Inflater();
  try {
    let ahead: Promise<Buffer> | undefined;
    for await (const chunk of readFile(path)) {
      const next = inflater.inflate(chunk, path);
      // Looked at when it is its turn.
      next.catch(() => undefined);
      if (ahead) yield await ahead;
      ahead = next;
    }
    if (ahead) yield await ahead;
    inflater.check();
  } finally {
    inflater.close();
  }
}

async function* readFile(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ArchiveError(
      'unreadable',
      `${path} cannot be read (${why})`,
      'look at its name and rights',
      error,
    );
  }
}

const GZIP = [0x1f, 0x8b] as const;
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd] as const;

/** Unpacks what it is given, and all of it: of a stream that is piped, what was not yet read is lost with an error. */
class Inflater {
  private gunzip: Gunzip | undefined;
  private isPlain = false;
  private unpacked: Buffer[] = [];
  private failure: Error | undefined;

  async inflate(chunk: Buffer, path: string): Promise<Buffer> {
    if (!this.gunzip && !this.isPlain) this.begin(chunk, path);
    const { gunzip } = this;
    if (!gunzip) return chunk;
    this.check();
    await new Promise<void>((resolve) => {
      // Of a write that fails there is no other word than the error.
      gunzip.once('error', resolve);
      gunzip.write(chunk, () => {
        gunzip.off('error', resolve);
        resolve();
      });
    });
    const unpacked = Buffer.concat(this.unpacked);
    this.unpacked = [];
    return unpacked;
  }

  /** @throws {BrokenFileError} when something could not be unpacked. */
  check(): void {
    if (this.failure) throw new BrokenFileError(this.failure);
  }

  close(): void {
    this.gunzip?.destroy();
  }

  private begin(chunk: Buffer, path: string): void {
    if (startsWith(chunk, ZSTD)) {
      const remedy = 'unpack it with zstd -d; spillway reads gzip and plain files';
      throw new ArchiveError('unknown-compression', `${path} is packed with Zstandard`, remedy);
    }
    if (!startsWith(chunk, GZIP)) {
      this.isPlain = true;
      return;
    }
    this.gunzip = createGunzip({ chunkSize: UNPACKED_CHUNK_BYTES });
    this.gunzip.on('data', (data: Buffer) => this.unpacked.push(data));
    this.gunzip.on('error', (error) => (this.failure = error));
  }
}

function startsWith(bytes: Buffer, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
