import { access, constants, writeFile } from 'node:fs/promises';
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
    const folder = dirname(this.path);
    await access(folder, constants.W_OK).catch((error: unknown) => {
      throw new PageFileError(
        'not-writable',
        `${this.path} cannot be written`,
        remedyOf(error, folder),
        error,
      );
    });
    const isThere = await access(this.path).then(
      () => true,
      () => false,
    );
    if (isThere && !this.overwrites) throw this.exists();
  }

  /** @throws {PageFileError} */
  async write(html: string): Promise<void> {
    try {
      await writeFile(this.path, html, { flag: this.overwrites ? 'w' : 'wx' });
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw this.exists();
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

function remedyOf(error: unknown, folder: string): string {
  return codeOf(error) === 'ENOENT'
    ? `there is no folder ${folder}; make it, or choose another`
    : `you may not write to the folder ${folder}; choose another`;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
