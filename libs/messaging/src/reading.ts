import type { LogGap } from './bus.js';

/** What a follower knows of the log. */
export interface KnownLog {
  /**
   * When the stream was created: another one has other positions, but for what `lastRead` tells. `undefined` before
   * anything was read.
   */
  readonly created: string | undefined;
  /** The log is known up to here, whether or not the filter matched. */
  readonly frontier: number;
}

/** What the log is now. */
export interface PresentLog {
  readonly created: string;
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** What there is where the follower read last; not given when nothing is there, or nobody looked. */
  readonly lastRead?: LastRead | undefined;
}

/** The message that was read, or another. */
export type LastRead = 'same' | 'other';

/** `hydrate`: begin anew with the last message of every subject. `resume`: go on behind the frontier. */
export type Reading = { readonly how: 'hydrate'; readonly gap?: LogGap } | { readonly how: 'resume' };

/**
 * Decides how to read on.
 *
 * 1. Nothing was read yet: hydrate.
 * 2. It is another stream, or one that was restored from an older copy or lost its end: hydrate. A stream that was changed
 *    gets another time of creation at the next restart of nats-server (seen on 2.9.10); with the message that was read
 *    last it is the same.
 * 3. Retention went past the place where one was: hydrate.
 * 4. All that was missed is still there: resume.
 */
export function planReading(known: KnownLog, present: PresentLog): Reading {
  const from = known.frontier + 1;
  if (known.created === undefined) return { how: 'hydrate' };
  const isOther =
    present.created === known.created ? present.lastRead === 'other' : present.lastRead !== 'same';
  if (isOther || present.lastPosition < known.frontier) {
    return { how: 'hydrate', gap: { from, to: null, cause: 'new-stream' } };
  }
  if (present.firstPosition > from) {
    return { how: 'hydrate', gap: { from, to: present.firstPosition - 1, cause: 'retention' } };
  }
  return { how: 'resume' };
}
