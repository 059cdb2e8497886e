import { IncidentFold } from './incident-fold.js';
import type { IncidentEvent, IncidentKind } from './incident-event.js';
import type { Story } from '../testing/story.harness.js';

/** Folds what a story wrote. @param fromMs where the window begins. */
export function foldStory({ batches }: Story, fromMs?: number): IncidentFold {
  const fold = new IncidentFold(fromMs);
  for (const batch of batches) fold.take(batch);
  fold.end();
  return fold;
}

export function eventsOf(story: Story, fromMs?: number): readonly IncidentEvent[] {
  return foldStory(story, fromMs).book.all.toSorted((a, b) => a.atMs - b.atMs);
}

/** In short: seconds from the beginning, kind, region and text. */
export function told(events: readonly IncidentEvent[], t0: number, ...kinds: IncidentKind[]): string[] {
  return events
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .map(({ atMs, kind, region = '-', text }) => `${(atMs - t0) / 1000} ${kind} ${region} ${text}`);
}
