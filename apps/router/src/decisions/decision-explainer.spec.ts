import { expect, it } from '@jest/globals';
import type { Bus, BusReading } from '@spillway/messaging';
import { DecisionExplainer } from './decision-explainer.js';

/** A log that nobody gets to see. */
const mute: Pick<Bus, 'link' | 'readLog'> = {
  link: 'up',
  readLog: (_window, signal) =>
    new Promise<BusReading>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    }),
};

it('One decision is explained at a time, few wait, and more are told to come back', async () => {
  const explainer = new DecisionExplainer(mute);
  const waiting = Array.from({ length: 5 }, () => explainer.explain('r-b-0'));
  await expect(explainer.explain('r-b-0')).rejects.toMatchObject({
    code: 'explainer-busy',
    retryAfterSeconds: 5,
  });
  explainer.onModuleDestroy();
  for (const each of waiting) await expect(each).rejects.toMatchObject({ code: 'log-unavailable' });
});

it('Who does not wait any more leaves the place to others', async () => {
  const explainer = new DecisionExplainer(mute);
  const gone = new AbortController();
  const waiting = Array.from({ length: 5 }, () => explainer.explain('r-b-0', gone.signal));
  gone.abort(new Error('hung up'));
  for (const each of waiting) await expect(each).rejects.toMatchObject({ code: 'log-unavailable' });
  const next = explainer.explain('r-b-0');
  explainer.onModuleDestroy();
  await expect(next).rejects.toThrow('this router is stopping');
});
