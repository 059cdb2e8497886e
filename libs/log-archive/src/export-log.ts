import type { BusReading } from '@spillway/messaging';
import { ArchiveWriter, type ArchiveOrigin } from './archive-writer.js';
import type { ArchiveEnd } from './lines.js';

/** How far an export is. */
export interface ExportProgress {
  readonly position: number;
  readonly bytes: number;
}

/** What was written. */
export interface Exported extends ArchiveEnd {
  readonly bytes: number;
}

export interface ExportOptions {
  readonly overwrites?: boolean;
  readonly onProgress?: (progress: ExportProgress) => void;
}

/**
 * Writes what a reading shows to a file, which is there once it is whole, or not at all.
 * @throws {ArchiveError} `exists`, `not-writable`; whatever the reading throws.
 */
export async function exportLog(
  reading: BusReading,
  path: string,
  about: Pick<ArchiveOrigin, 'createdAt' | 'createdBy' | 'asked' | 'leadMs'>,
  { overwrites = false, onProgress }: ExportOptions = {},
): Promise<Exported> {
  const { created, firstPosition, lastPosition, beginsLate } = reading.info;
  const wantedFromMs = about.asked.fromMs === null ? null : about.asked.fromMs - about.leadMs;
  const writer = await ArchiveWriter.create(
    path,
    {
      ...about,
      stream: { created },
      firstPosition,
      lastPosition,
      coversFromMs: beginsLate?.atMs ?? wantedFromMs,
      beginsLate,
    },
    { overwrites },
  );
  try {
    for await (const batch of reading.messages()) {
      await writer.write(batch);
      onProgress?.({ position: batch.position, bytes: writer.bytes });
    }
    const end = await writer.finish();
    return { ...end, bytes: writer.bytes };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
