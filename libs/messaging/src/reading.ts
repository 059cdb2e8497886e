import type { LogGap } from './bus.js';

/** What a follower knows of the log. */
export interface KnownLog {
  /** When the stream was created: another one has other positions. `undefined` before anything was read. */
  readonly created: string | undefined;
  /** The log is known up to here, whether or not the filter matched. */
  readonly frontier: number;
}

/** What the log is now. */
export interface PresentLog {
  readonly created: string;
  readonly firstPosition: number;
  readonly lastPosition: number;
}

/** `hydrate`: begin anew with the last message of every subject. `resume`: go on behind the frontier. */
export type Reading = { readonly how: 'hydrate'; readonly gap?: LogGap } | { readonly how: 'resume' };

/**
 * Decides how to read on.
 *
 * 1. Nothing was read yet: hydrate.
 * 2. It is another stream, or one restored from an older copy: what was read says nothing about it. Hydrate.
 * 3. Retention went past the place where one was: hydrate.
 * 4. All that was missed is still there: resume.
 */
export function planReading(known: KnownLog, present: PresentLog): Reading {
  const from = known.frontier + 1;
  if (known.created === undefined) return { how: 'hydrate' };
  if (present.created !== known.created || present.lastPosition < known.frontier) {
    return { how: 'hydrate', gap: { from, to: null, cause: 'new-stream' } };
  }
  if (present.firstPosition > from) {
    return { how: 'hydrate', gap: { from, to: present.firstPosition - 1, cause: 'retention' } };
  }
  return { how: 'resume' };
}
