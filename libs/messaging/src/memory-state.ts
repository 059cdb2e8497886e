import type { LinkState, StateStore } from './bus.js';
import { RevisionConflictError, StateError } from './errors.js';
import type { MemoryLog } from './memory-log.js';

/** The state bucket of a `MemoryLog`, seen over one bus's link. */
export class MemoryStateStore implements StateStore {
  constructor(
    private readonly log: MemoryLog,
    private readonly link: () => LinkState,
  ) {}

  async get(key: string): Promise<{ value: unknown; revision: number } | undefined> {
    const entry = this.bucket(key).get(key);
    return entry && { value: JSON.parse(entry.json) as unknown, revision: entry.revision };
  }

  async put(key: string, value: unknown, revision: number | undefined): Promise<number> {
    const bucket = this.bucket(key);
    if (bucket.get(key)?.revision !== revision) throw new RevisionConflictError(key, revision);
    const next = this.log.nextRevision();
    bucket.set(key, { json: JSON.stringify(value), revision: next });
    return next;
  }

  private bucket(key: string) {
    if (this.link() === 'down') throw new StateError('unavailable', key);
    if (!this.log.state) throw new StateError('not-provisioned', key);
    return this.log.state;
  }
}
