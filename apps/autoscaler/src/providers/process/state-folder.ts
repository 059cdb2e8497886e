import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { instanceRecordSchema, type InstanceRecord } from './instance-record.js';
import { StateLock } from './state-lock.js';

/** What outlives the instances of a region. */
const regionRecordSchema = z.object({
  /** Of the instance that was started last: a number is given once, as orders to a node name its instance. */
  lastNumber: z.int().min(0),
  /** Of the newest plan that was carried out, and when (ms since the epoch). */
  fence: z.object({ generation: z.int(), revision: z.int(), atMs: z.number() }).nullable(),
});
export type RegionRecord = Readonly<z.infer<typeof regionRecordSchema>>;

/**
 * What the autoscalers of this machine know of the pairs they started: `instances/<id>.json`, `regions/<region>.json`,
 * and `files/<id>/` with the configuration, the logs and the pid file of each. Changes are made while holding `lock`.
 */
export class StateFolder {
  readonly lock: StateLock;
  private readonly path: string;
  #drafts = 0;

  constructor(path: string) {
    // Absolute: processes are found by it.
    this.path = resolve(path);
    for (const each of ['instances', 'regions', 'files']) {
      mkdirSync(join(this.path, each), { recursive: true, mode: 0o700 });
    }
    this.lock = new StateLock(join(this.path, 'lock'));
  }

  /** Of all regions. */
  records(): InstanceRecord[] {
    return readdirSync(join(this.path, 'instances'))
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => this.record(name.slice(0, -'.json'.length)) ?? []);
  }

  record(instanceId: string): InstanceRecord | undefined {
    const value = readJson(this.#instancePath(instanceId));
    return value === undefined ? undefined : instanceRecordSchema.parse(value);
  }

  write(record: InstanceRecord): void {
    this.#writeJson(this.#instancePath(record.instanceId), record);
  }

  remove(instanceId: string): void {
    rmSync(this.#instancePath(instanceId), { force: true });
  }

  region(region: string): RegionRecord {
    const value = readJson(this.#regionPath(region));
    return value === undefined ? { lastNumber: 0, fence: null } : regionRecordSchema.parse(value);
  }

  writeRegion(region: string, record: RegionRecord): void {
    this.#writeJson(this.#regionPath(region), record);
  }

  /** Ends in a slash, so that no other instance's begins with it. */
  filesOf(instanceId: string): string {
    return join(this.path, 'files', instanceId, '/');
  }

  #instancePath(instanceId: string): string {
    return join(this.path, 'instances', `${instanceId}.json`);
  }

  #regionPath(region: string): string {
    return join(this.path, 'regions', `${region}.json`);
  }

  /** Renaming puts the whole file in place at once, for those who read without the lock. */
  #writeJson(path: string, value: unknown): void {
    const draft = `${path}.${process.pid}-${this.#drafts++}`;
    writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`);
    renameSync(draft, path);
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
