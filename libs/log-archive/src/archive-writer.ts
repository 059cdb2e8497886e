import { createWriteStream, type WriteStream } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { crc32, createGzip, type Gzip } from 'node:zlib';
import type { MessageBatch } from '@spillway/messaging';
import { ArchiveError } from './errors.js';
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, type ArchiveHeader } from './header.js';
import { LineEncoder } from './line-encoder.js';
import type { ArchiveEnd } from './lines.js';

/** What the writer cannot know by itself. */
export type ArchiveOrigin = Omit<ArchiveHeader, 'format' | 'version'>;

/**
 * Writes an archive beside its final name and gives it that name when it is whole: nobody finds half a file there.
 * With a name that ends in `.jsonl` it is not compressed.
 */
export class ArchiveWriter {
  private readonly encoder = new LineEncoder();
  private checksum = 0;
  private failure: Error | undefined;

  private constructor(
    private readonly path: string,
    private readonly part: string,
    private readonly file: WriteStream,
    private readonly gzip: Gzip | undefined,
  ) {
    const keep = (error: Error) => (this.failure ??= error);
    file.on('error', keep);
    gzip?.on('error', keep);
    gzip?.pipe(file);
  }

  /** @throws {ArchiveError} `exists`, unless `overwrites`; `not-writable`. */
  static async create(
    path: string,
    origin: ArchiveOrigin,
    { overwrites = false } = {},
  ): Promise<ArchiveWriter> {
    if (!overwrites && (await exists(path))) {
      throw new ArchiveError('exists', `${path} is there already`, 'choose another name, or say --force');
    }
    const part = `${path}.${process.pid}.part`;
    const file = createWriteStream(part);
    await new Promise<void>((resolve, reject) => {
      file.once('open', () => resolve());
      file.once('error', (error) => reject(notWritable(path, error)));
    });
    const writer = new ArchiveWriter(path, part, file, path.endsWith('.jsonl') ? undefined : createGzip());
    await writer.put(`${JSON.stringify({ format: ARCHIVE_FORMAT, version: ARCHIVE_VERSION, ...origin })}\n`);
    return writer;
  }

  /** Adds messages of the log. They come in order, what is missing in between is told. */
  async write(batch: MessageBatch): Promise<void> {
    await this.put(this.encoder.encode(batch));
  }

  /** Bytes on the disk by now. */
  get bytes(): number {
    return this.file.bytesWritten;
  }

  /** Makes the archive whole. @throws {ArchiveError} `not-writable`. */
  async finish(): Promise<ArchiveEnd> {
    const end: ArchiveEnd = { ...this.encoder.counts, crc32: this.checksum.toString(16).padStart(8, '0') };
    await this.put(`${JSON.stringify({ end })}\n`);
    try {
      (this.gzip ?? this.file).end();
      await finished(this.file);
      await putOnDisk(this.part);
      await rename(this.part, this.path);
    } catch (error) {
      throw notWritable(this.path, error);
    }
    return end;
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    this.gzip?.destroy();
    this.file.destroy();
    await rm(this.part, { force: true });
  }

  private async put(text: string): Promise<void> {
    if (text === '') return;
    const bytes = Buffer.from(text);
    this.checksum = crc32(bytes, this.checksum);
    await new Promise<void>((resolve, reject) => {
      const fail = (error: unknown) => reject(notWritable(this.path, error));
      if (this.failure) fail(this.failure);
      else (this.gzip ?? this.file).write(bytes, (error) => (error ? fail(error) : resolve()));
    });
    if (this.failure) throw notWritable(this.path, this.failure);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function putOnDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function notWritable(path: string, cause: unknown): ArchiveError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ArchiveError(
    'not-writable',
    `${path} cannot be written (${why})`,
    'look at the disk and at the rights of the folder',
    cause,
  );
}
