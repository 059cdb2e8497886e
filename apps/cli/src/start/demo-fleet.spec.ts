import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MAX_TURN_PORT, planAutoscalerPorts, planDemoFleet } from './demo-fleet.js';

describe('planDemoFleet', () => {
  it('gives every node ports of its own, whatever port it begins with', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_TURN_PORT }), (turnPort) => {
        const fleet = planDemoFleet(turnPort);
        const own = fleet.flatMap((node) => [node.turnPort, node.cliPort, node.reporterPort]);
        const { http, turn, relay } = planAutoscalerPorts(turnPort);
        expect(relay.max < turnPort || relay.min > turn.max).toBe(true);
        const ports = [...own, http, turn.min, turn.max];
        expect(Math.max(...own, http)).toBeLessThan(turn.min);
        expect(new Set(ports).size).toBe(ports.length);
        const ranges = fleet.flatMap(({ relayPorts }) => [relayPorts.min, relayPorts.max]);
        const inOrder = [Math.max(...ports), ...ranges, 65_536];
        expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
        expect(new Set(inOrder).size).toBe(inOrder.length);
      }),
    );
  });

  it.each([9_950, 13_478, 15_999, 16_999])(
    'leaves the added nodes room to relay from port %i on',
    (turnPort) => {
      const { turn, relay } = planAutoscalerPorts(turnPort);
      expect(relay.max < turnPort || relay.min > turn.max).toBe(true);
    },
  );

  it('takes the usual ports by default', () => {
    expect(planDemoFleet(3478).map(({ region, turnPort }) => [region, turnPort])).toEqual([
      ['us-east-1', 3478],
      ['eu-central-1', 3488],
      ['ap-southeast-1', 3498],
    ]);
  });
});
