export type ArchiveErrorCode =
  'unreadable' | 'not-an-archive' | 'newer-version' | 'unknown-compression' | 'exists' | 'not-writable';

/** An archive that cannot be read or written at all; `remedy` says what to do. */
export class ArchiveError extends Error {
  constructor(
    readonly code: ArchiveErrorCode,
    what: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(`${what}: ${remedy}`, cause === undefined ? undefined : { cause });
    this.name = 'ArchiveError';
  }
}
