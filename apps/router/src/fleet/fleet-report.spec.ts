import { describe, expect, it } from '@jest/globals';
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
  return { clock, view, hear, adopt, report: new FleetReport(view) };
}

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
        { region: 'us-east-1', utilization: 0.5, usableNodes: 1, nodes: 2, priceMs: 0 },
        { region: 'eu-central-1', utilization: null, usableNodes: 1, nodes: 1, priceMs: 0 },
        { region: 'ap-southeast-1', utilization: null, usableNodes: 0, nodes: 0, priceMs: 0 },
      ],
    });
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
