import { describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { eventsOf, told } from './fold-story.harness.js';
import { Story, T0 } from '../testing/story.harness.js';

const EU = 'eu-central-1';
const US = 'us-east-1';

/** Two regions with two nodes each, a router and prices. */
function aFleet(): Story {
  const story = new Story();
  for (const id of [`${EU}/a`, `${EU}/b`, `${US}/c`, `${US}/d`]) story.node(id);
  return story.router('r1').price(EU, 0).price(US, 0);
}

describe('the timeline of an incident', () => {
  it('says how a fleet begins, and nothing of one that is at peace', () => {
    expect(told(eventsOf(aFleet().pass(50)), T0)).toEqual([
      '0 router-started - router r1 has begun',
      `0 node-joined ${EU} a, b: in service`,
      `0 node-joined ${US} c, d: in service`,
    ]);
  });

  it('takes a fleet that it finds for granted', () => {
    const story = aFleet().pass(50);
    story.batches.splice(1, 30);
    expect(told(eventsOf(story), T0)).toEqual([]);
  });

  it('tells nothing that happened before its window, and knows it', () => {
    const story = aFleet().pass(20);
    story.overload(EU).pass(20).overload(EU).overload(EU, { state: 'cleared', utilization: 0.6 }).pass(2);
    expect(told(eventsOf(story, Story.at(30)), T0)).toEqual([
      `40 overload-cleared ${EU} overloaded no more: demand 60 % of capacity`,
    ]);
  });

  it('tells when a node falls silent, is lost and is heard again', () => {
    const story = aFleet().pass(10).silent(`${EU}/a`).pass(20).heard(`${EU}/a`).pass(4);
    expect(told(eventsOf(story, Story.at(5)), T0)).toEqual([
      `15 node-suspect ${EU} a: not heard for 5 s`,
      `20 node-lost ${EU} a: not heard for 10 s`,
      `31 node-back ${EU} a: heard again`,
    ]);
  });

  it('forgets a node with the fold', () => {
    const story = aFleet().pass(10).silent(`${EU}/a`).pass(640);
    expect(told(eventsOf(story), T0, 'node-forgotten')).toEqual([
      expect.stringMatching(/^61\d node-forgotten eu-central-1 a: silent for 10 min, counted no more$/),
    ]);
  });

  it('tells of many nodes in one line, and that their region is empty', () => {
    const story = aFleet();
    for (const id of ['e', 'f', 'g']) story.node(`${EU}/${id}`);
    for (const id of ['h', 'i', 'j', 'k']) story.node(`${US}/${id}`);
    story
      .pass(10)
      .silent(...['a', 'b', 'e', 'f', 'g'].map((id) => `${EU}/${id}`))
      .pass(12);
    expect(told(eventsOf(story, Story.at(5)), T0, 'node-lost', 'region-empty')).toEqual([
      `20 region-empty ${EU} no node left to hand out: 5 known, 5 of them silent`,
      `20 node-lost ${EU} a, b and 3 more: not heard for 10 s`,
    ]);
  });

  it('suspects the bus, not the nodes, when most of the fleet falls silent together', () => {
    const story = aFleet().node(`${EU}/e`).pass(10).silence(12).pass(4);
    expect(told(eventsOf(story, Story.at(5)), T0)).toEqual([
      '10 log-silent - nothing was written to the log for 14 s',
      `15 node-suspect ${EU} a, b, e: not heard for 5 s`,
      `15 node-suspect ${US} c, d: not heard for 5 s`,
      '15 bus-suspect - most of the fleet fell silent at once: the bus is suspected, routers keep their view',
      '25 bus-trusted - the fleet is heard again after 10 s',
    ]);
  });

  it('tells of a relay that does not answer, a rebuilt node and a reporter that begins anew', () => {
    const story = aFleet().pass(10);
    story.node(`${EU}/a`, { state: 'starting' }).pass(4).node(`${EU}/a`, { state: 'serving' }).pass(2);
    story.node(`${EU}/b`, { instanceId: 'i-2', bootId: 'boot-2', seq: 0, state: 'starting' }).pass(2);
    story.node(`${EU}/b`, { state: 'serving' }).node(`${US}/c`, { bootId: 'boot-2', seq: 0 }).pass(2);
    story.node(`${US}/d`, { state: 'stopped' }).silent(`${US}/d`).pass(30);
    expect(told(eventsOf(story, Story.at(5)), T0)).toEqual([
      `10 relay-down ${EU} a: the relay does not answer`,
      `14 relay-up ${EU} a: the relay answers again`,
      `16 node-replaced ${EU} b: rebuilt, another instance bears the name`,
      `16 node-booting ${EU} b: heard for the first time, not in service yet`,
      `18 node-joined ${EU} b: in service`,
      `18 reporter-restarted ${US} c: the reporter was started anew`,
      `20 node-stopped ${US} d: stopped in good order`,
    ]);
  });

  it('follows a drain from the order to its end, and one that nobody obeys', () => {
    const story = aFleet().pass(10).command(`${EU}/a`).pass(2);
    story.node(`${EU}/a`, { state: 'draining', commandId: 'c1' }).command(`${EU}/a`).pass(6);
    story.command(`${EU}/b`, { id: 'c2', origin: 'operator', reason: '' }).pass(10);
    story.node(`${EU}/a`, { state: 'stopped' }).pass(20).price(EU, 0).pass(40);
    expect(told(eventsOf(story, Story.at(5)), T0)).toEqual([
      `10 drain-ordered ${EU} a: ordered to drain by the autoscaler (spare), within 10 min`,
      `12 node-draining ${EU} a: draining, takes no new clients`,
      `18 drain-ordered ${EU} b: ordered to drain by an operator, within 10 min`,
      `19 region-empty ${EU} no node left to hand out: 2 known, 0 of them silent`,
      `28 node-drained ${EU} a: drained`,
      `79 region-served ${EU} nodes to hand out again: 1`,
      `79 order-expired ${EU} b: did not begin to drain in time; is its reporter running, and the same instance?`,
    ]);
  });

  it('tells of plans once, with their reasons and what became of them, and of another leader', () => {
    const story = aFleet().pass(10).plan(EU).pass(2).plan(EU, { outcome: 'done' }).pass(2);
    story.plan(EU, { outcome: 'done' }).pass(2);
    const reasons = [{ step: 'grow', isTaken: false, code: 'at-max', detail: 'at most 3' }] as const;
    story
      .plan(EU, { outcome: 'held', reasons: [...reasons] })
      .plan(EU, { outcome: 'done' })
      .pass(2);
    story.plan(US, { revision: 4, generation: 2, outcome: 'failed', error: 'quota exceeded' }).pass(2);
    story.price(US, 0, { generation: 1 }).pass(2);
    expect(told(eventsOf(story, Story.at(5)), T0)).toEqual([
      `10 plan-made ${EU} plan 1: grow 2 → 3: planned – grow for need (3 for 2.4)`,
      `12 plan-done ${EU} plan 1: grow 2 → 3: done`,
      `16 plan-held ${EU} size is left as it is – grow not: at-max (at most 3)`,
      '18 leader-changed - another autoscaler acts (generation 2)',
      `18 plan-failed ${US} plan 4: grow 2 → 3: failed: quota exceeded`,
      '20 leader-outlived - an autoscaler that another has followed is still heard (generation 1)',
    ]);
  });

  it('tells the moves of a price so that they can be read', () => {
    const story = aFleet();
    // Where a region of this size costs the slow part alone: a little below the policy's target.
    for (const id of ['a', 'b']) story.node(`${EU}/${id}`, { load: { cpu: 0.775 } });
    story.pass(10);
    for (const [price, seconds] of [
      [60, 4],
      [55, 20],
      [62, 20],
      [200, 8],
      [190, 20],
      [0.5, 8],
      [0, 40],
    ] as const) {
      story.price(EU, price).pass(seconds);
    }
    const prices = told(eventsOf(story, Story.at(5)), T0, 'price-rose', 'price-fell');
    expect(prices.map((line) => line.replace(/ at \d+ % load/, ''))).toEqual([
      `11 price-rose ${EU} price 0 ms → 60 ms`,
      `55 price-rose ${EU} price 60 ms → 200 ms`,
      `83 price-fell ${EU} price 200 ms → 0 ms`,
    ]);
  });

  it('tells which share of the clients of a region is served elsewhere, and where', () => {
    const story = aFleet().pass(10);
    for (let i = 0; i < 10; i++) story.clients('r1', EU, { [EU]: 6, [US]: 4 }).pass(2);
    for (let i = 0; i < 20; i++) story.clients('r1', EU, { [EU]: 10 }).pass(2);
    const lines = told(eventsOf(story, Story.at(5)), T0, 'spill-rose', 'spill-fell');
    expect(lines.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      `spill-rose ${EU} 40 % of its clients served elsewhere (${US}), 0 % before`,
      `spill-fell ${EU} 0 % of its clients served elsewhere, 40 % before`,
    ]);
  });

  it('tells when clients are served nowhere, and when no longer', () => {
    const story = aFleet().pass(10);
    const refused = [{ code: 'no-capacity', after: 0, atMs: T0, position: 1 }] as const;
    story
      .batch('r1', { refused: [...refused] })
      .pass(4)
      .batch('r1', { refused: [...refused] })
      .pass(20);
    expect(told(eventsOf(story, Story.at(5)), T0)).toEqual([
      '10 refusals - router r1 serves clients nowhere: no-capacity',
      '14 refusals-ended - no client is refused any more; 2 no-capacity within 4 s',
    ]);
  });

  it('tells of a region that the policy does not name, once', () => {
    const story = aFleet().pass(10).node('mars/x').pass(4).price('mars', 3);
    expect(told(eventsOf(story, Story.at(5)), T0)).toEqual([
      '10 region-unknown mars not named by the policy: nothing is placed there',
      '10 node-joined mars x: in service',
    ]);
  });

  it('tells of another policy what is different in it', () => {
    const story = aFleet().pass(10);
    story.write({ kind: 'policy', policy: aPolicy({ strategy: 'priced' }) });
    story.write({ kind: 'policy', policy: aPolicy({ strategy: 'priced', revision: 'v2', threshold: 0.75 }) });
    expect(told(eventsOf(story, Story.at(5)), T0)).toEqual([
      '10 policy-changed - policy v2 after test: ~ revision: test → v2; ~ threshold: 0.8 → 0.75',
    ]);
  });

  it('tells no secret and no address, whoever wrote it where', () => {
    const story = aFleet().pass(10);
    const keyed = (digit: string) => ({ t: { keys: [{ sha256: digit.repeat(64) }] } });
    const of = (revision: string, digit: string) =>
      aPolicy({ strategy: 'priced', tenants: keyed(digit), revision });
    story.write({ kind: 'policy', policy: of('v2', '1') });
    story.write({ kind: 'policy', policy: of('v2', '2') });
    story.plan(EU, { outcome: 'failed', error: 'password=hunter2 at 203.0.113.9' });
    const text = JSON.stringify(eventsOf(story, Story.at(5)));
    expect(text).toContain('plan-failed');
    expect(text).toContain('policy v2 after v2: 1 more');
    for (const secret of ['hunter2', '203.0.113.9', '1111', '2222']) expect(text).not.toContain(secret);
  });

  it('tells of routers that fall silent, are cut off, begin anew or whose batches are missing', () => {
    const story = aFleet().router('r2').pass(10).routerGone('r2').pass(12).router('r2').pass(2);
    story
      .batch('r2', { bootId: 'boot-2', batch: 0 })
      .routerGone('r2')
      .batch('r2', { bootId: 'boot-2', batch: 5 });
    const basis = { rule: 1, fromN: 0, fromMs: 0, fromPosition: 0, view: '00000000', sentMs: 0 };
    const step = (kind: 'link-down' | 'link-up' | 'gap', seconds: number) =>
      ({ kind, after: 0, atMs: Story.at(seconds), position: 0 }) as const;
    const steps = [step('link-down', 21), step('link-up', 22), step('gap', 23)];
    story.batch('r2', { bootId: 'boot-2', batch: 6, basis: { ...basis, steps } });
    expect(told(eventsOf(story, Story.at(5)), T0)).toEqual([
      '16 router-silent - router r2 no sign of life for 6 s',
      '21 router-cut-off - router r2 lost its link to the log, answers from memory',
      '22 router-back - router r2 heard again after 12 s',
      '22 router-linked - router r2 has its link to the log again',
      '23 router-missed - router r2 missed a part of the log at 10:00:23',
      '24 router-started - router r2 has begun anew, with an empty memory',
      '24 router-missed - router r2 4 of its batches of decisions are not on the log',
    ]);
  });

  it('tells when the autoscaler falls silent and tells prices again', () => {
    const story = aFleet().pass(80).price(EU, 0).pass(2);
    expect(told(eventsOf(story, Story.at(5)), T0)).toEqual([
      '61 prices-stale - the autoscaler is silent: routers hold its prices and let them fall to zero over ten minutes',
      '80 prices-renewed - the autoscaler tells prices again',
    ]);
  });
});
