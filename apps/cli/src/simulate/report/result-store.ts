import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../usage-error.js';
import { runReportSchema, type RunReport } from './run-report.js';

type Key = Pick<RunReport, 'scenario' | 'ruleVersion' | 'options'>;

/** Results in a folder, a file per run: what is there already need not be run again. */
export class ResultStore {
  private constructor(private readonly folder: string) {}

  /** Makes the folder where there is none. @throws {UsageError} */
  static async open(folder: string): Promise<ResultStore> {
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw new UsageError(`--out: ${folder} cannot be made: ${String(error)}`);
    });
    return new ResultStore(folder);
  }

  /** @returns `undefined` when there is none, or one of another version of this program's. */
  async read(key: Key): Promise<RunReport | undefined> {
    const text = await readFile(this.pathOf(key, 'json'), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const parsed = z.string().transform(parseJson).pipe(runReportSchema).safeParse(text);
    return parsed.success ? parsed.data : undefined;
  }

  async write(report: RunReport, picture: string): Promise<void> {
    await writeFile(this.pathOf(report, 'html'), picture);
    await writeFile(this.pathOf(report, 'json'), `${JSON.stringify(report, null, 2)}\n`);
  }

  private pathOf({ scenario, ruleVersion, options }: Key, extension: string): string {
    const { strategy, fleet, routers, heartbeatSeconds, seed } = options;
    const all = createHash('sha256')
      .update(JSON.stringify({ ruleVersion, ...options }))
      .digest('hex')
      .slice(0, 8);
    const name = [scenario, strategy, fleet, `r${routers}`, `h${heartbeatSeconds}`, `s${seed}`, all].join(
      '-',
    );
    return join(this.folder, `${name}.${extension}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
