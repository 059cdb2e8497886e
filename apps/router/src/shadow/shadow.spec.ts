import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '@spillway/contracts';
import { aPolicy } from '@spillway/testkit';
import { FleetView } from '../fleet/fleet-view.js';
import type { Decision, RefusedRequest } from '../issue/decision.js';
import { IceServersService } from '../issue/ice-servers.service.js';
import { NodeSecrets } from '../issue/node-secrets.js';
import { ProblemError } from '../problem-error.js';
import { MASTER_SECRET } from '../testing/fleet.harness.js';
import { aWorld, worldLocator, worldRegions } from '../testing/world.harness.js';
import { Shadow, type Candidate, type Trial } from './shadow.js';

const T0 = 1_795_000_000_000;
const SECRETS = new NodeSecrets(MASTER_SECRET);
const aWorldPolicy = (overrides: Record<string, unknown> = {}) =>
  aPolicy({ strategy: 'priced', regions: worldRegions(), ...overrides });

/** Europe is near its threshold. */
const aBusyWorld = () =>
  aWorld((region) => ({ load: { cpu: null, allocations: region.startsWith('eu') ? 3_940 : 1_000 } }));

/** A router's answers, with or without a shadow; every client comes 5 ms after the one before. */
function setStage(candidate?: Candidate) {
  let ms = 0;
  const view = new FleetView('boot', () => ms);
  view.setLink('up');
  let position = 0;
  const fold = (event: Parameters<FleetView['fold']>[0]['event']) =>
    void view.fold({ position: ++position, at: T0 + ms, event });
  fold({ kind: 'policy', policy: aWorldPolicy() });
  for (const heartbeat of aBusyWorld()) fold({ kind: 'heartbeat', heartbeat });
  view.needUpTo(position);
  const trials: Trial[] = [];
  const faults: unknown[] = [];
  const shadow = new Shadow(view);
  shadow.listen({ onTrial: (trial) => void trials.push(trial), onFault: (fault) => void faults.push(fault) });
  shadow.try(candidate);
  const written: (Decision | RefusedRequest)[] = [];
  const issued = {
    add: (record: Decision) => void written.push(record),
    refuse: (record: RefusedRequest) => void written.push(record),
  };
  const run = { routerId: 'r1', bootId: 'boot', now: () => T0 };
  const service = new IceServersService({
    view,
    locator: worldLocator,
    secrets: SECRETS,
    issued,
    shadow,
    ...run,
  });
  const principal = { name: 'spec', scopes: new Set(['issue', 'on-behalf'] as const) };
  const ask = (i: number): unknown => {
    ms += 5;
    const clientIp = i % 50 === 7 ? undefined : `${190 + (i % 15)}.${115 + (i % 30)}.0.1`;
    const region = i % 40 === 9 ? { require: ['me-south-9'] } : undefined;
    try {
      return service.answer({ clientIp, region }, { principal, address: undefined });
    } catch (error) {
      if (error instanceof ProblemError) return error.code;
      throw error;
    }
  };
  const answers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => ask(from + i));
  return { answers, written, trials, faults, shadow, fold, view };
}

const nearest: Candidate = { policy: aWorldPolicy({ strategy: 'nearest' }), share: 1 };
const countOf = (trials: readonly Trial[], agreement: Trial['agreement']) =>
  trials.filter((trial) => trial.agreement === agreement).length;

describe('A candidate policy beside the one in force', () => {
  it('changes no answer, no reservation and nothing that is told, whatever it would have done', () => {
    const [alone, shadowed] = [setStage(), setStage(nearest)];
    expect(shadowed.answers(0, 800)).toEqual(alone.answers(0, 800));
    expect(shadowed.written).toEqual(alone.written);
    expect(shadowed.view.fleet.digest()).toBe(alone.view.fleet.digest());
    expect(alone.trials).toEqual([]);
    expect(shadowed.trials).toHaveLength(800);
    expect(countOf(shadowed.trials, 'other-region')).toBeGreaterThan(50);
  });

  it('says who would have gone where, and how much nearer that is', () => {
    const { answers, trials } = setStage(nearest);
    answers(0, 800);
    const moved = trials.filter(({ agreement }) => agreement === 'other-region');
    for (const { given, shadow, rttDifferenceMs } of moved) {
      expect(given).toMatchObject({ isPlaced: true, reason: 'spillover' });
      expect(shadow).toMatchObject({ isPlaced: true, reason: 'nearest' });
      expect(rttDifferenceMs).toBeLessThan(0);
    }
  });

  it('agrees with itself, refusals included', () => {
    const { answers, trials } = setStage({ policy: aWorldPolicy(), share: 1 });
    answers(0, 400);
    expect(countOf(trials, 'same')).toBe(400);
    expect(trials.some(({ given }) => !given.isPlaced)).toBe(true);
  });

  it('refuses alone where its regions are fewer', () => {
    const regions = { 'sa-east-1': {} };
    const policy = aPolicy({ regions, defaultRegion: 'sa-east-1' });
    const { answers, trials, fold } = setStage({ policy, share: 1 });
    for (const heartbeat of aWorld(() => ({ seq: 2 }))) {
      const state = heartbeat.region === 'sa-east-1' ? 'draining' : 'serving';
      fold({ kind: 'heartbeat', heartbeat: { ...heartbeat, state } });
    }
    answers(0, 20);
    expect(countOf(trials, 'refused')).toBeGreaterThan(15);
  });

  it('is tried on its share of the requests', () => {
    const { answers, trials } = setStage({ ...nearest, share: 0.2 });
    answers(0, 2_000);
    expect(trials.length).toBeGreaterThan(320);
    expect(trials.length).toBeLessThan(480);
  });

  it('follows the policy in force', () => {
    const { answers, trials, fold } = setStage(nearest);
    answers(0, 100);
    fold({ kind: 'policy', policy: aWorldPolicy({ strategy: 'nearest', threshold: 0.9, revision: 'new' }) });
    trials.length = 0;
    answers(100, 300);
    expect(countOf(trials, 'same')).toBe(200);
  });

  it('fails no request when it fails itself', () => {
    const policy: PolicyDocument = new Proxy(aWorldPolicy(), {
      get: () => {
        throw new Error('broken');
      },
    });
    const [alone, shadowed] = [setStage(), setStage({ policy, share: 1 })];
    expect(shadowed.answers(0, 50)).toEqual(alone.answers(0, 50));
    expect(shadowed.faults).toHaveLength(50);
    shadowed.shadow.try(undefined);
    shadowed.answers(50, 60);
    expect(shadowed.faults).toHaveLength(50);
  });
});
