import { access, constants, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The page cannot be written; `remedy` says what to do. */
export class PageFileError extends Error {
  constructor(
    readonly code: 'exists' | 'not-writable',
    what: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(`${what}: ${remedy}`, cause === undefined ? undefined : { cause });
    this.name = 'PageFileError';
  }
}

/** Where a page is to be written. */
export class PageFile {
  constructor(
    readonly path: string,
    private readonly overwrites: boolean,
  ) {}

  /** To be asked before the log is read, which takes its time. @throws {PageFileError} */
  async check(): Promise<void> {
    const isThere = await access(this.path).then(
      () => true,
      () => false,
    );
    if (isThere && !this.overwrites) throw this.exists();
    const written = isThere ? this.path : dirname(this.path);
    await access(written, constants.W_OK).catch((error: unknown) => {
      const what = `${this.path} cannot be written`;
      throw new PageFileError('not-writable', what, remedyOf(error, written), error);
    });
  }

  /** @throws {PageFileError} */
  async write(html: string): Promise<void> {
    try {
      await writeFile(this.path, html, { flag: this.overwrites ? 'w' : 'wx' });
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw this.exists();
      // Half a page would be in the way of the next.
      if (!this.overwrites) await rm(this.path, { force: true });
      const why = error instanceof Error ? error.message : String(error);
      const remedy = 'look at the disk, and whether it is a file that may be written';
      throw new PageFileError('not-writable', `${this.path} cannot be written (${why})`, remedy, error);
    }
  }

  private exists(): PageFileError {
    return new PageFileError(
      'exists',
      `${this.path} is there already`,
      'choose another name, or say --force',
    );
  }
}

function remedyOf(error: unknown, written: string): string {
  return codeOf(error) === 'ENOENT'
    ? `there is no folder ${written}; make it, or choose another`
    : `you may not write to ${written}; choose another`;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
