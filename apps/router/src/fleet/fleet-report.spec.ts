import { describe, expect, it } from '@jest/globals';
import type { LogEntry, Overload, Spillover } from '@spillway/contracts';
import { aHeartbeat, aLog, aPolicy, fakeClock } from '@spillway/testkit';
import { FleetReport } from './fleet-report.js';
import { FleetView } from './fleet-view.js';

const AT = Date.UTC(2026, 10, 22);

function setStage() {
  const clock = fakeClock(0);
  const view = new FleetView('boot', () => clock.now());
  const entry = aLog();
  view.setLink('up');
  const hear = (overrides: Parameters<typeof aHeartbeat>[0]) =>
    view.fold(entry({ kind: 'heartbeat', heartbeat: aHeartbeat(overrides) }, AT + clock.now()));
  const adopt = (overrides = {}) =>
    view.fold(entry({ kind: 'policy', policy: aPolicy(overrides) }, AT + clock.now()));
  const tell = (event: LogEntry['event']) => view.fold(entry(event, AT + clock.now()));
  return { clock, view, hear, adopt, tell, report: new FleetReport(view) };
}

/** What an autoscaler that was never heard leaves. */
const calm = { demand: null, priceMs: 0, overloaded: false, priceAgeSeconds: null, plan: null };

describe('the report of regions', () => {
  it('is empty before there is a policy', () => {
    const { report } = setStage();
    expect(report.regions()).toEqual({
      position: 0,
      link: 'up',
      policyRevision: null,
      strategy: null,
      regions: [],
    });
  });

  it('has every region of the policy in its order, with its nodes, those that may be handed out, and its load', () => {
    const { report, hear, adopt } = setStage();
    adopt({ revision: 'winter' });
    hear({ nodeId: 'a', load: { cpu: 0.5 } });
    hear({ nodeId: 'b', state: 'draining' });
    hear({
      nodeId: 'c',
      region: 'eu-central-1',
      load: { cpu: null, egressBps: null, ingressBps: null, allocations: null },
    });
    hear({ nodeId: 'd', region: 'mars-1' });
    expect(report.regions()).toEqual({
      position: 5,
      link: 'up',
      policyRevision: 'winter',
      strategy: 'nearest',
      regions: [
        { region: 'us-east-1', utilization: 0.5, usableNodes: 1, nodes: 2, ...calm },
        { region: 'eu-central-1', utilization: null, usableNodes: 1, nodes: 1, ...calm },
        { region: 'ap-southeast-1', utilization: null, usableNodes: 0, nodes: 0, ...calm },
      ],
    });
  });
});

describe('the report of a region that fills up', () => {
  const at = new Date(AT).toISOString();
  const spillover: Spillover = {
    at,
    priceMs: 40,
    integralMs: 30,
    utilization: 0.79,
    demand: 1.1,
    loadPerCredential: { bandwidthBps: 100_000, allocations: 0.5 },
    origins: {},
    target: 0.79,
    generation: 3,
    validForSeconds: 30,
  };
  const overload: Overload = { at, state: 'entered', utilization: 0.85, threshold: 0.8, since: at };

  function setFullStage() {
    const stage = setStage();
    // A region that holds 10,000 credentials' load is at its target then, and has the slow part only.
    stage.adopt({ price: { target: 0.79 + 30 / 10_000 } });
    stage.hear({ nodeId: 'a', load: { cpu: 0.79 }, intervalMs: 60_000 });
    stage.view.needUpTo(2);
    stage.tell({ kind: 'spillover', region: 'us-east-1', spillover });
    stage.tell({ kind: 'overload', region: 'us-east-1', overload });
    const [region] = stage.report.regions().regions;
    return { ...stage, region };
  }

  it('has its price, its demand, and that it is overloaded', () => {
    const { region } = setFullStage();
    const priceMs = expect.closeTo(30, 6);
    expect(region).toMatchObject({
      utilization: 0.79,
      demand: 1.1,
      priceMs,
      overloaded: true,
      priceAgeSeconds: 0,
    });
  });

  it('has the plan the autoscaler made for it: how much of it, and which nodes only where that may be seen', () => {
    const stage = setFullStage();
    const plan = { current: 1, desired: 2, outcome: 'planned' as const };
    const nodes = { drain: [], undrain: ['b'], terminate: ['i-1', 'i-2'] };
    const about = { at, revision: 4, parentRevision: 3, generation: 3, reasons: [], error: null };
    stage.tell({ kind: 'scale', region: 'us-east-1', scale: { ...plan, ...nodes, ...about } });
    const steps = { drain: 0, undrain: 1, terminate: 2 };
    expect(stage.report.regions().regions[0]?.plan).toEqual({ ...plan, steps });
    expect(stage.report.regions({ hasIds: true }).regions[0]?.plan).toEqual({ ...plan, steps, ...nodes });
  });

  it('has a price that is held while it is valid, then falls to zero over 10 minutes', () => {
    const { report, clock } = setFullStage();
    const at = (ms: number) => {
      clock.advance(ms);
      const [region] = report.regions().regions;
      return [region?.priceAgeSeconds, Math.round(region?.priceMs ?? -1)];
    };
    expect([at(30_000), at(300_000), at(300_000)]).toEqual([
      [30, 30],
      [330, 15],
      [630, 0],
    ]);
  });

  it('weighs what was issued as the autoscaler learned it', () => {
    const { view, report } = setFullStage();
    for (let i = 0; i < 10; i++) view.reserve('a');
    expect(report.nodes().nodes[0]?.reserved).toEqual({
      credentials: 10,
      bandwidthBps: 1_000_000,
      allocations: 5,
    });
  });

  it('is left out for a tenant that is not served there', () => {
    const { report } = setFullStage();
    const { regions } = report.regions({ only: ['eu-central-1'] });
    expect(regions.map(({ region }) => region)).toEqual(['eu-central-1']);
  });
});

describe('the report of nodes', () => {
  it('has every node, by region and id, as it is now', () => {
    const { report, hear, adopt, view, clock } = setStage();
    adopt();
    hear({ nodeId: 'b' });
    hear({ nodeId: 'a', zone: 'z1', intervalMs: 60_000 });
    hear({ nodeId: 'e', region: 'eu-central-1', state: 'draining', intervalMs: 60_000 });
    view.needUpTo(4);
    view.reserve('a');
    view.reserve('a');
    clock.advance(6_000);
    const { nodes } = report.nodes();
    expect(nodes.map(({ nodeId, freshness, usable }) => [nodeId, freshness, usable])).toEqual([
      ['e', 'fresh', false],
      ['a', 'fresh', true],
      ['b', 'suspect', true],
    ]);
    expect(nodes[1]).toMatchObject({
      zone: 'z1',
      utilization: expect.closeTo(0.1 + 600_000 / 1e9, 9),
      reserved: { credentials: 2, bandwidthBps: 600_000, allocations: 2 },
      lastSeenMsAgo: 6_000,
    });
  });

  it('shows no URLs and nothing of a secret', () => {
    const { report, hear } = setStage();
    hear({ secretEpoch: 3 });
    expect(JSON.stringify(report.nodes())).not.toMatch(/turn:|secret|epoch/i);
  });
});
