import { describe, expect, it, jest } from '@jest/globals';
import { decisionExplanationSchema } from '@spillway/contracts';
import { LogReplay } from '@spillway/replay';
import { aPolicy } from '@spillway/testkit';
import { degrees, LogStage } from './a-log.harness.js';
import { explainDecision } from './explain-decision.js';
import { findById } from './find-by-id.js';

async function explain(stage: LogStage, id: string) {
  const found = await findById(stage.searched, id);
  if (!found.decision) throw new Error(found.why);
  stage.reads.length = 0;
  const explanation = await explainDecision(stage.searched, found.decision, { estimateRtt: degrees });
  return decisionExplanationSchema.parse(explanation);
}

describe('An explanation', () => {
  it('derives the decision again from the seconds before it, the policy being long ago', async () => {
    const stage = new LogStage().policy().beatFor(1_200);
    const id = stage.decide('alice');
    stage.beatFor(60);
    const { verdict, derived } = await explain(stage, id);
    expect(verdict).toEqual({ kind: 'same' });
    expect(derived?.regions.find(({ isServing }) => isServing)?.measured).toBeCloseTo(0.3);
    expect(stage.widestReadMs).toBeLessThan(90_000);
  });

  it('counts what was issued in the half minute before, which is read besides', async () => {
    const stage = new LogStage().policy().beatFor(60);
    for (let i = 0; i < 20; i++) {
      stage.decide();
      stage.pass(500);
      if (i % 4 === 3) stage.beat();
    }
    const { verdict, derived } = await explain(stage, stage.decide('alice'));
    expect(verdict).toEqual({ kind: 'same' });
    const reservations = derived?.compared.map((node) => node.reservations) ?? [];
    expect(Math.max(...reservations)).toBeGreaterThan(0);
  });

  it('counts what other routers issued in the half minute before, and derives none of it', async () => {
    const derive = jest.spyOn(LogReplay.prototype, 'derive');
    const reservation = { rampSeconds: 25 };
    const stage = new LogStage().policy(aPolicy({ strategy: 'priced', reservation })).beatFor(60);
    // Past the ramp, and yet in the view: another policy would count it.
    stage.issueElsewhere('eu1').pass(5_000).beat();
    for (let i = 0; i < 70; i++) stage.issueElsewhere('eu1').pass(300).issueElsewhere('eu2', 'r3').beat();
    stage.pass(3_500).beat();
    const { verdict, derived } = await explain(stage, stage.decide('alice'));
    expect(verdict).toEqual({ kind: 'same' });
    expect(derived?.compared.map(({ reservations }) => reservations)).toEqual([70, 70]);
    expect(stage.widestReadMs).toBeLessThan(10_000);
    expect(new Set(derive.mock.calls.map(([{ routerId }]) => routerId))).toEqual(new Set(['r1']));
    derive.mockRestore();
  });

  it('knows of a drain that was ordered long ago and still stands', async () => {
    const stage = new LogStage().policy().beatFor(600).standingDrain('eu-central-1', 'eu1').beatFor(300);
    const { verdict, derived, decision } = await explain(stage, stage.decide());
    expect(verdict).toEqual({ kind: 'same' });
    expect(decision.nodes).not.toContain('eu1');
    expect(derived?.regions.find(({ isServing }) => isServing)?.rejected).toMatchObject({
      'drain-ordered': 1,
    });
    expect(stage.widestReadMs).toBeLessThan(10_000);
  });

  it('reads from earlier when a node has been silent for minutes and is not forgotten', async () => {
    const stage = new LogStage().policy().beatFor(900);
    stage.beat(undefined, ['eu-central-1/gone']).beatFor(300);
    const { verdict, derived } = await explain(stage, stage.decide());
    expect(verdict).toEqual({ kind: 'same' });
    const served = derived?.regions.find(({ isServing }) => isServing);
    expect(served).toMatchObject({ feasible: 2, nodes: 3, rejected: { silent: 1 } });
    expect(stage.widestReadMs).toBeGreaterThan(300_000);
  });

  it('says that it cannot be verified when the log does not go back far enough, and what comes out', async () => {
    const stage = new LogStage().policy().beatFor(900);
    stage.beat(undefined, ['eu-central-1/gone']).beatFor(300);
    const id = stage.decide();
    stage.log.purgeUpTo(2_000);
    stage.policy();
    const { verdict, derived, decision, text } = await explain(stage, id);
    expect(verdict).toEqual({ kind: 'unverifiable', reason: 'before-first-state', isAgreeing: null });
    expect(derived).toBeNull();
    expect(decision).toMatchObject({ region: 'eu-central-1', reason: 'nearest' });
    expect(text.join(' ')).toContain('The record is all there is');
  });

  it('stops at the entries it may read at most, and says what comes out nevertheless', async () => {
    const stage = new LogStage().policy().beatFor(900);
    stage.beat(undefined, ['eu-central-1/gone']).beatFor(300);
    const found = await findById(stage.searched, stage.decide());
    if (!found.decision) throw new Error(found.why);
    const limits = { estimateRtt: degrees, maxEntries: 100 };
    const { verdict, derived } = await explainDecision(stage.searched, found.decision, limits);
    expect(verdict).toEqual({ kind: 'unverifiable', reason: 'before-first-state', isAgreeing: true });
    expect(derived?.outcome).toMatchObject({ region: 'eu-central-1' });
  });

  it('is the same from a file, which is read once', async () => {
    const [log, file] = [new LogStage(), new LogStage(true)].map((stage) => stage.policy().beatFor(600));
    if (!log || !file) throw new Error('there are two');
    const ids = [log, file].map((stage) => stage.decide('alice'));
    const [fromLog, fromFile] = [await explain(log, ids[0] ?? ''), await explain(file, ids[1] ?? '')];
    expect(fromFile).toEqual(fromLog);
    expect(file.reads).toHaveLength(1);
  });

  it('says both sides of a decision that does not come out as it was recorded', async () => {
    const stage = new LogStage().policy().beatFor(60);
    const id = stage.decide();
    const { stream } = stage.log;
    for (const message of stream?.messages ?? []) {
      const text = new TextDecoder().decode(message.data);
      if (!text.includes('"decisions":[{')) continue;
      Object.assign(message, {
        data: new TextEncoder().encode(text.replace(/"nodes":\["eu."\]/, '"nodes":["us1"]')),
      });
    }
    const { verdict, text } = await explain(stage, id);
    expect(verdict).toMatchObject({ kind: 'differs', field: 'nodes', recorded: 'us1' });
    expect(text[2]).toMatch(/^DIFFERS: .* Recorded nodes: us1\. Derived nodes: eu/);
  });

  it('says why a client spilled over, and from which load on it would have stayed', async () => {
    const policy = aPolicy({ strategy: 'priced', price: { gainMs: 1_500 } });
    const stage = new LogStage().policy(policy).beatFor(60, (node) => (node.startsWith('eu') ? 0.9 : 0.3));
    const { decision, derived, text } = await explain(stage, stage.decide());
    expect(decision).toMatchObject({
      region: 'us-east-1',
      nearestRegion: 'eu-central-1',
      reason: 'spillover',
    });
    const home = derived?.regions.find(({ isHome }) => isHome);
    expect(home).toMatchObject({ obstacle: 'costs-more', fullness: 'at-threshold' });
    expect(home?.turnsAt?.load).toBeGreaterThan(0.79);
    expect(home?.turnsAt?.load).toBeLessThan(0.9);
    expect(text.join('\n')).toMatch(
      /eu-central-1 would have served below a price of .* \(it stood at .* and 90 %\)/,
    );
  });
});
