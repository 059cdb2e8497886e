import { createReadStream } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';
import { ArchiveError } from './errors.js';

/** Packed. Each goes to another thread and back, which takes longer than unpacking a few KiB. */
const CHUNK_BYTES = 32 * 1024;
/** Where unpacking fails, so much of what came before may be lost. */
const UNPACKED_CHUNK_BYTES = 128 * 1024;
/** Some hundred lines: more at a time live long enough to cost the garbage collector a quarter of all time. */
const PART_BYTES = 32 * 1024;

/** Why bytes end before the file is whole; what came before is good. */
export class BrokenFileError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'BrokenFileError';
  }
}

/**
 * The uncompressed bytes of a file, plain or gzip, in small parts; while some are looked at the next is unpacked.
 * @throws {ArchiveError} `unreadable`, `unknown-compression`.
 * @throws {BrokenFileError} when it cannot be unpacked any further. A gzip file that just ends is no error.
 */
export async function* readBytes(path: string): AsyncGenerator<Buffer> {
  const inflater = new Inflater();
  try {
    let ahead: Promise<Buffer[]> | undefined;
    for await (const chunk of readFile(path)) {
      const next = inflater.inflate(chunk, path);
      // Looked at when it is its turn.
      next.catch(() => undefined);
      if (ahead) yield* parts(await ahead);
      ahead = next;
    }
    if (ahead) yield* parts(await ahead);
    inflater.check();
  } finally {
    inflater.close();
  }
}

function* parts(chunks: readonly Buffer[]): Generator<Buffer> {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PART_BYTES) yield chunk.subarray(at, at + PART_BYTES);
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

  async inflate(chunk: Buffer, path: string): Promise<Buffer[]> {
    if (!this.gunzip && !this.isPlain) this.begin(chunk, path);
    const { gunzip } = this;
    if (!gunzip) return [chunk];
    this.check();
    await new Promise<void>((resolve) => {
      // Of a write that fails there is no other word than the error.
      gunzip.once('error', resolve);
      gunzip.write(chunk, () => {
        gunzip.off('error', resolve);
        resolve();
      });
    });
    const { unpacked } = this;
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
