import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeCommandAnswer } from '@spillway/contracts';
import type { FleetNode } from '@spillway/fleet';
import type { Bus } from '@spillway/messaging';
import { followFleet } from '../follow-fleet.js';

/** The drain will not come to an end. */
export class DrainOvertakenError extends Error {
  readonly code = 'drain-overtaken';
  constructor(message: string) {
    super(message);
    this.name = 'DrainOvertakenError';
  }
}

const POLL_MS = 250;

/**
 * Says how a drain goes, a line per change, until it is over.
 * @throws {DrainOvertakenError} when another command has taken its place, or the node will not obey it.
 */
export async function awaitDrain(
  bus: Bus,
  order: NodeCommandAnswer,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const followed = await followFleet(bus);
  try {
    let last = '';
    while (!signal.aborted) {
      const now = followed.now();
      const node = followed.fleet.node(order.region, order.node);
      const progress = describeDrain(node, order.commandId, now);
      if (progress.line !== last) say(progress.line);
      last = progress.line;
      if (progress.isOver) return;
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await followed.stop();
  }
}

/** @throws {DrainOvertakenError} */
export function describeDrain(
  node: FleetNode | undefined,
  commandId: string,
  now: number,
): { readonly line: string; readonly isOver: boolean } {
  const waiting = (line: string) => ({ line, isOver: false });
  if (!node) return waiting('the node is not heard');
  const { heartbeat, command, freshness } = node;
  const { load, state } = heartbeat;
  const isObeyed = heartbeat.commandId === commandId;
  if (isObeyed && state === 'stopped') return { line: describeEnd(load.allocations), isOver: true };
  if (command && command.event.id !== commandId) {
    throw new DrainOvertakenError(
      `another command has taken its place: ${command.event.command} ${command.event.id}`,
    );
  }
  const isExpired = command !== undefined && now >= Date.parse(command.event.expiresAt);
  if (!isObeyed && isExpired) {
    throw new DrainOvertakenError('the node did not begin in time, and will not: is its reporter running?');
  }
  if (freshness !== 'fresh') return waiting(`the node is ${freshness === 'suspect' ? 'late' : 'silent'}`);
  if (!isObeyed) return waiting('the node has not begun');
  return waiting(`draining, ${count(load.allocations)} left`);
}

function describeEnd(allocations: number | null): string {
  if (allocations === 0) return 'stopped: nothing runs on it any more';
  return `stopped at its deadline, with ${count(allocations)} left`;
}

function count(allocations: number | null): string {
  if (allocations === null) return 'an unknown number of allocations';
  return allocations === 1 ? '1 allocation' : `${allocations} allocations`;
}
