import { aPolicy } from '@spillway/testkit';
import { Story } from './story.harness.js';

export const EU = 'eu-central-1';
export const US = 'us-east-1';
export const AP = 'ap-southeast-1';

/** Twelve minutes: Europe fills up and spills, grows, loses a node; the policy and the leader change. */
export function anIncident(): Story {
  const story = new Story(aPolicy({ strategy: 'priced' }));
  const nodes = { [EU]: ['eu1', 'eu2', 'eu3'], [US]: ['us1', 'us2', 'us3'], [AP]: ['ap1', 'ap2'] };
  for (const [region, ids] of Object.entries(nodes)) for (const id of ids) story.node(`${region}/${id}`);
  story.router('r1').router('r2');
  minutes(story, 2, { load: 0.45, spill: 0, price: 0 });
  minutes(story, 1, { load: 0.7, spill: 0, price: 0 });
  minutes(story, 1, { load: 0.79, spill: 0.08, price: 20 });
  story.overload(EU, { utilization: 0.88 });
  story.plan(EU, { current: 3, desired: 4 });
  minutes(story, 1, { load: 0.8, spill: 0.3, price: 60 });
  story.plan(EU, { current: 3, desired: 4, outcome: 'executing' });
  story.node(`${EU}/eu4`, { state: 'starting' });
  minutes(story, 1, { load: 0.81, spill: 0.45, price: 160 });
  story.node(`${EU}/eu4`, { state: 'serving' }).plan(EU, { current: 3, desired: 4, outcome: 'done' });
  minutes(story, 1, { load: 0.78, spill: 0.25, price: 80 });
  story.silent(`${EU}/eu2`);
  minutes(story, 1, { load: 0.82, spill: 0.5, price: 220 });
  story
    .heard(`${EU}/eu2`)
    .write({ kind: 'policy', policy: aPolicy({ strategy: 'priced', revision: 'night' }) });
  minutes(story, 1, { load: 0.6, spill: 0.1, price: 10 });
  story.overload(EU, { state: 'cleared', utilization: 0.68 });
  story.command(`${EU}/eu4`).node(`${EU}/eu4`, { state: 'draining', commandId: 'c1' });
  minutes(story, 2, { load: 0.5, spill: 0, price: 0, generation: 2 });
  story.node(`${EU}/eu4`, { state: 'stopped' }).silent(`${EU}/eu4`);
  minutes(story, 1, { load: 0.4, spill: 0, price: 0, generation: 2 });
  return story;
}

interface Phase {
  readonly load: number;
  /** The share of Europe's clients that goes to America. */
  readonly spill: number;
  readonly price: number;
  readonly generation?: number;
}

function minutes(story: Story, count: number, { load, spill, price, generation = 1 }: Phase): void {
  for (let i = 0; i < count * 12; i++) {
    for (const id of ['eu1', 'eu2', 'eu3']) story.loaded(`${EU}/${id}`, load + 0.01 * Math.sin(i));
    for (const id of ['us1', 'us2', 'us3']) story.loaded(`${US}/${id}`, 0.3 + 0.3 * spill);
    if (i % 4 === 0) {
      story
        .price(EU, price, { demand: load * (1 + spill), generation })
        .price(US, 0, { demand: 0.3, generation });
    }
    const away = Math.round(40 * spill);
    story.clients(i % 2 ? 'r1' : 'r2', EU, { [EU]: 40 - away, [US]: away });
    story.clients('r1', US, { [US]: 15 }).pass(5);
  }
}
