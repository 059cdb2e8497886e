import { subjectOf, type Command } from '@spillway/contracts';
import type { FleetNode } from '@spillway/fleet';
import type { Bus } from '@spillway/messaging';
import type { FleetView } from '../fleet/fleet-view.js';

/** A node that has not begun to obey by then does not obey any more. */
const EXPIRES_AFTER_MS = 60_000;
const MAX_REASON = 256;

export type Order = Pick<Command, 'id' | 'command' | 'deadlineSeconds' | 'reason' | 'origin'>;

/** Puts an order to one node's instance on the log. @returns its position. @throws {RecordError} */
export async function recordOrder(
  { bus, view }: { readonly bus: Bus; readonly view: FleetView },
  { heartbeat }: Pick<FleetNode, 'heartbeat'>,
  order: Order,
  signal: AbortSignal,
): Promise<number> {
  const { region, nodeId, instanceId } = heartbeat;
  const now = view.now();
  const command: Command = {
    ...order,
    at: new Date(now).toISOString(),
    instanceId,
    expiresAt: new Date(now + EXPIRES_AFTER_MS).toISOString(),
    reason: order.reason.slice(0, MAX_REASON),
  };
  return bus.record(subjectOf.command(region, nodeId), command, `${region}-${nodeId}-${order.id}`, signal);
}
