import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess, isAlive, type ProcessIdentity } from '@spillway/local-nodes';
import { ProviderError } from '../provider-error.js';

const POLL_MS = 10;
const WAIT_LIMIT_MS = 20_000;
/** Files below the newest that stay: who lists the folder while it changes does not miss all of them. */
const KEPT = 4;

/**
 * One holder at a time among the processes of this machine, and none for longer than it lives. The lock is a row of
 * numbered files that each name a holder, or nobody. The highest counts; whoever finds there nobody, or somebody who
 * died, links the next one, which only one can.
 */
export class StateLock {
  #drafts = 0;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Does the work while nobody else does any. @throws {ProviderError} `conflict` when it is not to be had. */
  async hold<T>(work: () => T | Promise<T>): Promise<T> {
    const number = await this.#acquire();
    try {
      return await work();
    } finally {
      this.#link(number + 1, null);
    }
  }

  async #acquire(): Promise<number> {
    const me = identifyProcess(process.pid) ?? null;
    const deadline = performance.now() + WAIT_LIMIT_MS;
    while (performance.now() < deadline) {
      const highest = this.#highest();
      if (this.#isFree(highest) && this.#link(highest + 1, me)) {
        // A reader that was slow may have linked a number that had been there before.
        if (this.#highest() === highest + 1) return this.#tidy(highest + 1);
        rmSync(this.#path(highest + 1), { force: true });
      }
      await sleep(POLL_MS);
    }
    throw new ProviderError(
      'conflict',
      `Another process has held ${this.folder} for ${WAIT_LIMIT_MS / 1000} s`,
      'It is tried again; its highest file names the process that holds it',
    );
  }

  #highest(): number {
    return Math.max(0, ...this.#numbers());
  }

  #numbers(): number[] {
    return readdirSync(this.folder).map(Number).filter(Number.isInteger);
  }

  #isFree(number: number): boolean {
    if (number === 0) return true;
    try {
      const holder = JSON.parse(readFileSync(this.#path(number), 'utf8')) as ProcessIdentity | null;
      return holder === null || !isAlive(holder);
    } catch {
      // Gone: somebody else went on. Look again.
      return false;
    }
  }

  /** Linking makes the whole file appear at once, or not at all where there is one already. */
  #link(number: number, holder: ProcessIdentity | null): boolean {
    const draft = join(this.folder, `draft-${process.pid}-${this.#drafts++}`);
    writeFileSync(draft, JSON.stringify(holder));
    try {
      linkSync(draft, this.#path(number));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(draft);
    }
  }

  #tidy(number: number): number {
    const old = this.#numbers().filter((each) => each < number - KEPT);
    for (const each of old) rmSync(this.#path(each), { force: true });
    return number;
  }

  #path(number: number): string {
    return join(this.folder, String(number));
  }
}
