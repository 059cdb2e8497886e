import { timestampSchema } from '@spillway/contracts';
import { z } from 'zod';
import { ArchiveError } from './errors.js';

export const ARCHIVE_FORMAT = 'spillway-log';

/** What is written. A reader knows all versions up to it. */
export const ARCHIVE_VERSION = 1;

const position = z.int().min(0);
const timeMs = z.number().min(0);

/** The first line of an archive. Times in ms since the epoch, by the clock of the log. */
export const archiveHeaderSchema = z.object({
  format: z.literal(ARCHIVE_FORMAT),
  version: z.int().min(1),
  createdAt: timestampSchema,
  /** Name and version of the program. */
  createdBy: z.string().min(1).max(128),
  stream: z.object({
    /** When the log was created: another one has other positions. */
    created: z.string().min(1).max(64),
  }),
  /** What somebody wanted to see; what comes before it is the lead that a fold needs. */
  asked: z.object({ fromMs: timeMs.nullable(), toMs: timeMs.nullable() }),
  leadMs: timeMs,
  /** What the archive was made from: everything of these positions is in it, or told to be missing. */
  firstPosition: position,
  lastPosition: position,
  /** The archive tells of this time on, if it is known. */
  coversFromMs: timeMs.nullable(),
  /** The log went back only to here, later than asked. */
  beginsLate: z.object({ position, atMs: timeMs }).nullable(),
});
export type ArchiveHeader = z.infer<typeof archiveHeaderSchema>;

const anyVersion = z.object({ format: z.literal(ARCHIVE_FORMAT), version: z.int().min(1) });

/** @throws {ArchiveError} `not-an-archive` or `newer-version`. */
export function parseHeader(line: string, path: string): ArchiveHeader {
  const json = parseJson(line);
  const version = anyVersion.safeParse(json).data?.version;
  if (version === undefined) throw notAnArchive(path);
  if (version > ARCHIVE_VERSION) {
    const what = `${path} has version ${version} of the format, and this program knows up to ${ARCHIVE_VERSION}`;
    throw new ArchiveError('newer-version', what, 'read it with a newer spillway');
  }
  const header = archiveHeaderSchema.safeParse(json);
  if (!header.success) throw notAnArchive(path, header.error);
  return header.data;
}

export function notAnArchive(path: string, cause?: unknown): ArchiveError {
  const remedy = 'name a file that spillway log export has written';
  return new ArchiveError(
    'not-an-archive',
    `${path} does not begin as an archive of the log does`,
    remedy,
    cause,
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
