import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { runReportSchema, type RunReport } from './run-report.js';

/** There are no results of this version of the program. */
export class NoReportsError extends Error {
  readonly code = 'no-reports';
  constructor(path: string, cause: unknown) {
    super(`${path} holds no results: it must be a file that --json wrote, or a folder that --out keeps`, {
      cause,
    });
    this.name = 'NoReportsError';
  }
}

/**
 * The runs in a file that `--json` wrote or a folder that `--out` keeps, in the order of their names.
 * @throws {NoReportsError}
 */
export async function readReports(path: string): Promise<RunReport[]> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    const read = isFolder ? await readFolder(path) : JSON.parse(await readFile(path, 'utf8'));
    return z.array(runReportSchema).min(1).parse(read);
  } catch (error) {
    throw new NoReportsError(path, error);
  }
}

async function readFolder(folder: string): Promise<unknown[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));
}
