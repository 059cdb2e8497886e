import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endGroup, findProcesses, isAlive, signalGroup, type ProcessIdentity } from '@spillway/local-nodes';
import { z } from 'zod';

const identitySchema = z.object({ pid: z.int().positive(), startTime: z.string() });
/** As far as it matters here: what the provider `process` writes down of a node. */
const recordSchema = z.object({ coturn: identitySchema.optional(), reporter: identitySchema.optional() });

const REPORTER_STOP_MS = 5_000;
const COTURN_STOP_MS = 3_000;

/**
 * The nodes that the autoscaler added. They outlive it, as nodes should; when the system stops, or what an earlier
 * one left is taken away, they are ended from here.
 */
export class AddedNodes {
  readonly #instances: string;
  readonly #files: string;

  /** @param folder the autoscaler's PROCESS_STATE_DIR */
  constructor(folder: string) {
    this.#instances = join(folder, 'instances');
    this.#files = join(folder, 'files');
  }

  /** Ends all of them, reporters first so that they can say so. To be called when no autoscaler runs. @returns how many */
  async end(): Promise<number> {
    const records = this.#records();
    const reporters = records.flatMap(({ reporter }) => reporter ?? []);
    await endAll(reporters, REPORTER_STOP_MS);
    const coturns = records.flatMap(({ coturn }) => coturn ?? []);
    await endAll([...coturns, ...findProcesses(join(this.#files, '/'))], COTURN_STOP_MS);
    for (const each of [this.#instances, this.#files]) rmSync(each, { recursive: true, force: true });
    return records.length;
  }

  /** At once, and without waiting. */
  kill(): void {
    const recorded = this.#records().flatMap(({ reporter, coturn }) => [reporter, coturn]);
    for (const each of [...recorded, ...findProcesses(join(this.#files, '/'))]) {
      if (each && isAlive(each)) signalGroup(each.pid, 'SIGKILL');
    }
  }

  #records(): z.infer<typeof recordSchema>[] {
    return listFiles(this.#instances).flatMap((path) => recordSchema.safeParse(readJson(path)).data ?? []);
  }
}

async function endAll(processes: readonly ProcessIdentity[], limitMs: number): Promise<void> {
  const alive = processes.filter(isAlive);
  await Promise.all(alive.map((each) => endGroup(each.pid, limitMs, () => !isAlive(each))));
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
