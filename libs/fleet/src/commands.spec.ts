import { describe, expect, it } from '@jest/globals';
import { aHeartbeat } from '@spillway/testkit';
import { aCommand, aFleet, T0 } from './fleet.harness.js';

const node = 'n1';
const region = 'us-east-1';
const EXPIRED = T0 + 60_000;

function aCommandedFleet() {
  const { apply, ...rest } = aFleet();
  const order = (command: Parameters<typeof aCommand>[0], at = T0 + 1) =>
    apply({ kind: 'command', region, node, command: aCommand(command) }, at);
  return { apply, order, ...rest };
}

describe('A node that is told to drain', () => {
  it('is not handed out from then on, before it says so itself', () => {
    const { fleet, order, hear, usable } = aCommandedFleet();
    hear(aHeartbeat(), T0);
    expect(order({})).toBe('applied');
    expect(usable()).toEqual([]);
    expect(fleet.node(region, node)).toMatchObject({ isDrainOrdered: true, command: { at: T0 + 1 } });
    hear(aHeartbeat({ seq: 2 }), T0 + 2000);
    expect(usable()).toEqual([]);
  });

  it('may have been told before it was first heard', () => {
    const { order, hear, usable } = aCommandedFleet();
    order({}, T0);
    hear(aHeartbeat(), T0 + 1);
    expect(usable()).toEqual([]);
  });

  it('is handed out again when the command is taken back', () => {
    const { order, hear, usable } = aCommandedFleet();
    hear(aHeartbeat(), T0);
    order({});
    order({ command: 'undrain', id: 'c2' }, T0 + 2);
    expect(usable()).toEqual(['n1']);
  });

  it('is handed out while it serves as another instance than the command is for', () => {
    const { order, hear, usable } = aCommandedFleet();
    hear(aHeartbeat(), T0);
    order({ instanceId: 'i-0' });
    expect(usable()).toEqual(['n1']);
    order({});
    hear(aHeartbeat({ instanceId: 'i-2', bootId: 'boot-2' }), T0 + 2);
    expect(usable()).toEqual(['n1']);
  });

  it('is handed out again when it is heard after the expiry without having taken the command up', () => {
    const { fleet, order, hear, usable } = aCommandedFleet();
    hear(aHeartbeat({ intervalMs: 60_000 }), T0);
    order({});
    fleet.advance(EXPIRED + 1000);
    expect(usable()).toEqual([]);
    hear(aHeartbeat({ seq: 2 }), EXPIRED);
    expect(usable()).toEqual(['n1']);
  });

  it('is not handed out after the expiry when it echoes the command', () => {
    const { order, hear, usable } = aCommandedFleet();
    hear(aHeartbeat(), T0);
    order({});
    hear(aHeartbeat({ seq: 2, commandId: 'c1' }), EXPIRED + 1);
    expect(usable()).toEqual([]);
  });

  it('is not any node of the same name in another region', () => {
    const { order, hear, usable } = aCommandedFleet();
    hear(aHeartbeat({ region: 'eu-central-1' }), T0);
    order({});
    expect(usable('eu-central-1')).toEqual(['n1']);
  });

  it('is still so after it was silent for so long that it was forgotten', () => {
    const { order, hear, fleet, usable } = aCommandedFleet();
    hear(aHeartbeat(), T0);
    order({ expiresAt: new Date(T0 + 3_600_000).toISOString() });
    hear(aHeartbeat({ nodeId: 'n2' }), T0 + 1_200_000);
    expect([...fleet.nodes.keys()]).toEqual(['us-east-1/n2']);
    hear(aHeartbeat({ seq: 2 }), T0 + 1_200_001);
    expect(usable()).toEqual(['n2']);
  });
});
