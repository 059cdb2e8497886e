import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { runReportSchema, type RunReport } from './run-report.js';

/** The file holds no results of this version of the program. */
export class NoReportsError extends Error {
  readonly code = 'no-reports';
  constructor(path: string, cause: unknown) {
    super(`${path} holds no results: it must be a file that spillway simulate --json wrote`, { cause });
    this.name = 'NoReportsError';
  }
}

/** @throws {NoReportsError} */
export async function readReports(path: string): Promise<RunReport[]> {
  try {
    return z
      .array(runReportSchema)
      .min(1)
      .parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new NoReportsError(path, error);
  }
}
