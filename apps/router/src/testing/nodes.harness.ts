import { Fleet, type FleetNode } from '@spillway/fleet';
import { aHeartbeat, aPolicy } from '@spillway/testkit';

/** A node as the fold has it after one heartbeat. */
export function aNode(overrides: Parameters<typeof aHeartbeat>[0] = {}): FleetNode {
  const heartbeat = aHeartbeat(overrides);
  const fleet = new Fleet();
  fleet.apply({ position: 1, at: 1, event: { kind: 'policy', policy: aPolicy() } }, 0);
  fleet.apply({ position: 2, at: 1, event: { kind: 'heartbeat', heartbeat } }, 0);
  const node = fleet.node(heartbeat.region, heartbeat.nodeId);
  if (!node) throw new Error('the fold does not know its only node');
  return node;
}
