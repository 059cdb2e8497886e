import type { Heartbeat, PolicyDocument } from '@spillway/contracts';
import { aLog } from '@spillway/testkit';
import { FleetView } from '../fleet/fleet-view.js';

/** When the log of a spec is written. */
export const AT = Date.UTC(2026, 10, 22, 10);

/** Knows this policy and has heard these nodes; time stands still. */
export function aView(policy: PolicyDocument, fleet: readonly Heartbeat[] = []): FleetView {
  const view = new FleetView(() => 0);
  const entry = aLog();
  view.setLink('up');
  view.fold(entry({ kind: 'policy', policy }, AT));
  for (const heartbeat of fleet) view.fold(entry({ kind: 'heartbeat', heartbeat }, AT));
  return view;
}
