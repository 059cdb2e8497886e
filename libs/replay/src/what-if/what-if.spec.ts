import { describe, expect, it } from '@jest/globals';
import type { Asked, LogEntry, PolicyDocument, Spillover } from '@spillway/contracts';
import { aPolicy } from '@spillway/testkit';
import { degrees, Stage } from '../recording-router.harness.js';
import type { Answer, Change } from './change.js';
import { WhatIf } from './what-if.js';

const NEW_YORK: Asked = { lat: 41, lon: -74 };
const NODES = ['us-east-1/a', 'us-east-1/b', 'eu-central-1/c', 'eu-central-1/d'];

interface Told {
  readonly recorded: string;
  readonly changed: string;
  readonly verdict: string;
}

const regionOf = (answer: Answer | undefined) => answer?.region ?? 'refused';

/** What is told of every answer, and both fleets' loads and prices at the end. */
function whatIf(entries: readonly LogEntry[], change: Change, gapBefore?: number) {
  const told: Told[] = [];
  const load = { recorded: {}, changed: {} };
  const integral: Record<string, number[]> = {};
  const whatIf = new WhatIf(change, degrees, {
    onAnswer: (record, changed, verdict) => {
      const recorded = regionOf('nodes' in record ? record : undefined);
      const { kind } = verdict;
      told.push({
        recorded,
        changed: regionOf(changed),
        verdict: kind === 'unverifiable' ? verdict.reason : kind,
      });
    },
    onLook: (_now, recorded, changed) => {
      for (const [name, fleet] of Object.entries({ recorded, changed })) {
        const regions = [...fleet.regions.values()];
        Object.assign(
          load[name as keyof typeof load],
          Object.fromEntries(regions.map((r) => [r.id, r.totals])),
        );
        integral[name] = regions.map(({ spillover }) => spillover?.event.integralMs ?? -1);
      }
    },
  });
  for (const [i, entry] of entries.entries()) {
    if (i === gapBefore) whatIf.noteGap();
    whatIf.apply(entry);
  }
  return { told, load, integral };
}

const asItWas: Change = { policy: (recorded) => structuredClone(recorded) };
const onlyEurope: Change = {
  policy: (recorded): PolicyDocument => {
    const { 'eu-central-1': europe } = recorded.regions;
    return { ...recorded, regions: europe ? { 'eu-central-1': europe } : {}, defaultRegion: 'eu-central-1' };
  },
};

describe('What if', () => {
  it('takes the load of a client along to where it goes, also on the heartbeats of others', () => {
    const stage = new Stage(NODES, aPolicy({ reservation: { bandwidthBps: 2_000_000, allocations: 3 } }));
    const router = stage.router('r1');
    for (let i = 0; i < 20; i++) router.decide(stage.pass(10).at, NEW_YORK);
    stage.tell(router);
    stage.pass(1_000).beat({ cpu: null });
    stage.pass(2_000).beat({ cpu: null });
    const { told, load } = whatIf(stage.entries, onlyEurope);
    const moved: Told = { recorded: 'us-east-1', changed: 'eu-central-1', verdict: 'same' };
    expect(told).toEqual(Array.from({ length: 20 }, () => moved));
    expect(load.recorded).toMatchObject({ 'eu-central-1': { kbps: 200_000, allocations: 600 } });
    const europe: unknown = Object.values(load.changed)[0];
    // 20 clients of 3 allocations and 2 Mbit/s, a second old.
    expect(europe).toMatchObject({ kbps: expect.any(Number), allocations: expect.any(Number) });
    const { kbps, allocations } = europe as { kbps: number; allocations: number };
    expect(kbps).toBeGreaterThan(239_500);
    expect(kbps).toBeLessThanOrEqual(240_000);
    expect(allocations).toBe(660);
  });

  it('serves who was refused, and refuses who was served', () => {
    const stage = new Stage(NODES);
    const router = stage.router('r1');
    router.decide(stage.pass(10).at, { ...NEW_YORK, require: ['ap-southeast-1'] });
    router.decide(stage.pass(10).at, { ...NEW_YORK, require: ['us-east-1'] });
    stage.tell(router);
    stage.pass(12_000).beat();
    router.decide(stage.pass(10).at, { ...NEW_YORK, require: ['ap-southeast-1'] });
    stage.tell(router);
    const addedNodes = new Map([['ap-southeast-1', 1]]);
    const { told } = whatIf(stage.entries, onlyEurope);
    expect(told.map(({ changed }) => changed)).toEqual(['refused', 'refused', 'refused']);
    expect(whatIf(stage.entries, { ...asItWas, addedNodes }).told).toEqual([
      { recorded: 'refused', changed: 'refused', verdict: 'same' },
      { recorded: 'us-east-1', changed: 'us-east-1', verdict: 'same' },
      { recorded: 'refused', changed: 'ap-southeast-1', verdict: 'same' },
    ]);
  });

  it('keeps what cannot be derived again as it was recorded, and says why', () => {
    const stage = new Stage(NODES);
    const router = stage.router('r1');
    const decide = () => {
      router.decide(stage.pass(100).at, NEW_YORK);
      stage.tell(router);
    };
    decide();
    const at = stage.entries.length;
    stage.beat();
    decide();
    stage.beat();
    decide();
    stage.pass(6_000).beat();
    decide();
    const entries = [...stage.entries.slice(0, at), ...stage.entries.slice(at + 2)];
    expect(whatIf(entries, onlyEurope, at).told).toEqual([
      { recorded: 'us-east-1', changed: 'eu-central-1', verdict: 'same' },
      { recorded: 'us-east-1', changed: 'us-east-1', verdict: 'gap' },
      { recorded: 'us-east-1', changed: 'us-east-1', verdict: 'gap' },
      { recorded: 'us-east-1', changed: 'eu-central-1', verdict: 'same' },
    ]);
  });

  describe('prices', () => {
    const spillover: Spillover = {
      at: '2026-11-22T10:00:00.000Z',
      priceMs: 100,
      integralMs: 100,
      utilization: 0.9,
      demand: 0.9,
      loadPerCredential: { bandwidthBps: 1_000_000, allocations: 4 },
      origins: {},
      target: 0.79,
      generation: 1,
      validForSeconds: 60,
    };

    /** America is full for a while, and its price stands. */
    function aFullRegion(): Stage {
      const stage = new Stage(NODES, aPolicy({ strategy: 'nearest' }));
      const router = stage.router('r1');
      const load = (i: number) => ({ cpu: null, allocations: i < 2 ? 4_600 : 500 });
      for (let second = 0; second < 150; second++) {
        stage.pass(1_000);
        if (second % 2 === 0) stage.beat(load);
        if (second % 10 === 0) stage.write({ kind: 'spillover', region: 'us-east-1', spillover });
        for (let i = 0; i < 4; i++) router.decide(stage.at, NEW_YORK);
        stage.tell(router);
      }
      return stage;
    }

    it('stay as they were published while the loads do', () => {
      const { integral } = whatIf(aFullRegion().entries, asItWas);
      expect(integral['changed']).toEqual(integral['recorded']);
      expect(integral['recorded']?.[0]).toBe(100);
    });

    it('fall below what was published where the load falls', () => {
      const { entries } = aFullRegion();
      const addedNodes = new Map([['us-east-1', 2]]);
      const { integral, told } = whatIf(entries, { ...asItWas, addedNodes });
      expect(integral['recorded']?.[0]).toBe(100);
      expect(integral['changed']?.[0]).toBeLessThan(60);
      expect(told.every(({ changed }) => changed === 'us-east-1')).toBe(true);
    });
  });
});
