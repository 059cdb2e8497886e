import { stat } from 'node:fs/promises';
import {
  checkWindow,
  type LogBatch,
  type LogReading,
  type LogWindow,
  type LogWindowInfo,
} from '@spillway/messaging';
import { ArchiveError } from './errors.js';
import { FileView } from './file-view.js';
import { notAnArchive, parseHeader, type ArchiveHeader } from './header.js';
import { DECODERS, type DecodedLine, type LineDecoder } from './line-decoder.js';
import type { ArchiveEnd } from './lines.js';
import { parseLines } from './parse-lines.js';
import { BrokenFileError } from './read-bytes.js';
import { readLines, type Lines } from './read-lines.js';

/** A file that holds a part of the log. */
export class Archive {
  private constructor(
    readonly path: string,
    readonly header: ArchiveHeader,
  ) {}

  /** @throws {ArchiveError} when it cannot be read at all. */
  static async open(path: string): Promise<Archive> {
    await ensureFile(path);
    try {
      for await (const { lines } of readLines(path))
        return new Archive(path, parseHeader(lines[0] ?? '', path));
    } catch (error) {
      throw error instanceof BrokenFileError ? broken(path, error) : error;
    }
    throw notAnArchive(path);
  }

  /**
   * A part of it, to be read like a part of the log itself. What is damaged or missing is told as a gap.
   * @throws {LogReadError} `invalid-window`.
   */
  read(window: LogWindow, signal?: AbortSignal): FileReading {
    checkWindow(window);
    return new FileReading(this, window, signal);
  }
}

/** It is read more than once. A file that is not there is told by reading it. */
async function ensureFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found || found.isFile()) return;
  throw new ArchiveError(
    'unreadable',
    `${path} is no regular file`,
    'save what comes from a pipe to a file first',
  );
}

function broken(path: string, cause: BrokenFileError): ArchiveError {
  const what = `${path} cannot be unpacked, not even its beginning (${cause.message})`;
  return new ArchiveError('unreadable', what, 'get another copy of it', cause);
}

/** Reads a window of an archive. */
export class FileReading implements LogReading {
  private readonly view: FileView;
  private readonly decoder: LineDecoder;
  private found: ArchiveEnd | undefined;

  constructor(
    private readonly archive: Archive,
    window: LogWindow,
    private readonly signal: AbortSignal | undefined,
  ) {
    const { header, path } = archive;
    const decoder = DECODERS[header.version];
    if (!decoder)
      throw new ArchiveError('newer-version', `${path} has an unknown version`, 'use a newer spillway');
    this.decoder = decoder();
    this.view = new FileView(header, window);
    this.info = locate(header, window);
  }

  readonly info: LogWindowInfo;

  /** What the last line tells, once it was read. */
  get end(): ArchiveEnd | undefined {
    return this.found;
  }

  async *batches(): AsyncGenerator<LogBatch> {
    try {
      for await (const lines of readLines(this.archive.path)) {
        this.signal?.throwIfAborted();
        this.look(lines);
        yield* this.view.take();
        if (this.view.isComplete) return;
      }
      this.view.breakOff('truncated', 'the file ends before its last line');
    } catch (error) {
      if (!(error instanceof BrokenFileError)) throw error;
      const what = `the file cannot be unpacked any further (${error.message}); what comes just before may be wrong`;
      this.view.breakOff('damaged', what);
    }
    yield* this.view.take();
  }

  private look({ lines, first, checksumBeforeLast }: Lines): void {
    for (const [index, json] of parseLines(lines).entries()) {
      const number = first + index;
      if (number === 1) continue;
      const decoded = this.decoder.decode(json);
      if (decoded.kind === 'end' && index === lines.length - 1) this.checkEnd(decoded, checksumBeforeLast);
      this.view.add(decoded, number);
      if (this.view.isComplete) return;
    }
  }

  private checkEnd({ end }: Extract<DecodedLine, { kind: 'end' }>, checksum: number): void {
    this.found = end;
    if (Number.parseInt(end.crc32, 16) === checksum) return;
    this.view.distrust('the checksum does not fit: something in the file was changed');
  }
}

function locate(header: ArchiveHeader, window: LogWindow): LogWindowInfo {
  const { firstPosition, lastPosition, coversFromMs } = header;
  const { from, to } = window;
  const first = from && 'position' in from ? Math.max(from.position, firstPosition) : firstPosition;
  const last = to && 'position' in to ? Math.min(to.position, lastPosition) : lastPosition;
  const isLate = from && ('ms' in from ? from.ms < (coversFromMs ?? 0) : from.position < firstPosition);
  const late = { position: firstPosition, atMs: coversFromMs ?? 0 };
  return {
    created: header.stream.created,
    firstPosition: Math.min(first, lastPosition + 1),
    lastPosition: Math.max(last, Math.min(first, lastPosition + 1) - 1),
    beginsLate: from ? (isLate ? late : null) : header.beginsLate,
  };
}
