import { describe, expect, it } from '@jest/globals';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit';
import { Registry } from 'prom-client';
import { fleetGauges } from './fleet-gauges.js';
import { FleetView } from './fleet-view.js';

describe('spillway_nodes_below_floor', () => {
  const old = { name: 'Coturn', version: '4.6.1' };

  async function belowFloor(
    versionFloor: Record<string, string>,
    ...nodes: Parameters<typeof aHeartbeat>[0][]
  ): Promise<string[]> {
    const view = new FleetView('router', () => 1_000);
    const registry = new Registry();
    fleetGauges(view, registry);
    const log = aLog();
    view.fold(log({ kind: 'policy', policy: aPolicy({ versionFloor }) }, 1_000));
    for (const [index, node] of nodes.entries()) {
      const heartbeat = aHeartbeat({ nodeId: `n${index}`, ...node });
      view.fold(log({ kind: 'heartbeat', heartbeat }, 1_000));
    }
    const text = await registry.getSingleMetricAsString('spillway_nodes_below_floor');
    return text.split('\n').filter((line) => line.startsWith('spillway_'));
  }

  it('counts, by region, the nodes that are too old to be handed out', async () => {
    const nodes = [{ software: old }, { software: old }, { software: old, region: 'eu-central-1' }, {}];
    expect(await belowFloor({ coturn: '4.10.0' }, ...nodes)).toEqual([
      'spillway_nodes_below_floor{region="us-east-1",software="coturn"} 2',
      'spillway_nodes_below_floor{region="eu-central-1",software="coturn"} 1',
    ]);
  });

  it('counts none that stopped, none outside the policy, and none without a floor', async () => {
    const nodes = [
      { software: old, state: 'stopped' as const },
      { software: old, region: 'mars-1' },
      { software: { name: 'other', version: '0.1' } },
    ];
    expect(await belowFloor({ coturn: '4.10.0' }, ...nodes)).toEqual([]);
    expect(await belowFloor({}, { software: old })).toEqual([]);
  });
});
