import { Kvm, type KV } from '@nats-io/kv';
import { STATE_BUCKET } from '@spillway/contracts';
import type { StateStore } from './bus.js';
import { RevisionConflictError, StateError } from './errors.js';
import type { NatsLink } from './nats-link.js';
import { encodePayload } from './payload.js';
import { isWrongLastSequence } from './wrong-last-sequence.js';

/** The state bucket as a `StateStore`. Nothing is retried: the caller reads again and decides anew. */
export class NatsStateStore implements StateStore {
  constructor(private readonly link: NatsLink) {}

  async get(key: string): Promise<{ value: unknown; revision: number } | undefined> {
    return this.attempt(key, async (bucket) => {
      const entry = await bucket.get(key);
      if (!entry || entry.operation !== 'PUT') return undefined;
      return { value: entry.json(), revision: entry.revision };
    });
  }

  put(key: string, value: unknown, revision: number | undefined): Promise<number> {
    const bytes = encodePayload(value);
    return this.attempt(key, async (bucket) => {
      try {
        return await (revision === undefined
          ? bucket.create(key, bytes)
          : bucket.update(key, bytes, revision));
      } catch (error) {
        if (isWrongLastSequence(error)) throw new RevisionConflictError(key, revision, error);
        throw error;
      }
    });
  }

  private async attempt<T>(key: string, action: (bucket: KV) => Promise<T>): Promise<T> {
    const session = this.link.upSession;
    if (!session) throw new StateError('unavailable', key);
    try {
      return await action(await new Kvm(session.streams).open(STATE_BUCKET));
    } catch (error) {
      if (error instanceof RevisionConflictError) throw error;
      if (error instanceof SyntaxError) throw new StateError('unreadable', key, error);
      const isAbsent = error instanceof Error && error.name === 'StreamNotFoundError';
      throw new StateError(isAbsent ? 'not-provisioned' : 'unavailable', key, error);
    }
  }
}
