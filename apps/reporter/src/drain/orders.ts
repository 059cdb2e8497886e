import type { Command, Heartbeat } from '@spillway/contracts';

/** A drain in force. Times are monotonic milliseconds of this process. */
export interface Drain {
  readonly commandId: string;
  readonly beganAt: number;
  /** From then on what still runs does not count; `null` while that is not known. */
  readonly deadlineAt: number | null;
  /** Since when the relay has been empty in every sample. */
  readonly emptySince: number | null;
  readonly isOver: boolean;
}

/** What the node was told, as far as it obeyed. */
export interface Orders {
  /** Of the command that was obeyed last. */
  readonly commandId: string | null;
  readonly drain: Drain | undefined;
}

export const NO_ORDERS: Orders = { commandId: null, drain: undefined };

/**
 * What was in force when the node was heard last: its own last heartbeat is the reporter's memory.
 *
 * 1. It was never heard, or it is another instance now: nothing.
 * 2. It was draining: that drain goes on, whatever became of its command. Its deadline is not known from here.
 * 3. It was stopped and named a command: that drain is over, and stays so.
 * 4. Otherwise the command it named is known, and no drain is in force.
 */
export function recall(last: Heartbeat | undefined, instanceId: string, now: number): Orders {
  if (last?.instanceId !== instanceId) return NO_ORDERS;
  const { commandId, state } = last;
  if (commandId === null || (state !== 'draining' && state !== 'stopped'))
    return { commandId, drain: undefined };
  return { commandId, drain: { ...beginDrain(commandId, now, null), isOver: state === 'stopped' } };
}

export type Verdict = 'obey' | 'known' | 'expired' | 'other-instance';

/**
 * Whether a command is to be obeyed.
 *
 * 1. It is for another instance: a node that was built anew has nothing to do with its predecessor's orders.
 * 2. It is the one obeyed last: it stays in force although it may have expired since.
 * 3. It expired before it was read: whoever gave it has given up on it.
 * 4. Otherwise it is obeyed.
 */
export function judge(
  command: Command,
  orders: Orders,
  node: { instanceId: string; logTime: number },
): Verdict {
  if (command.instanceId !== node.instanceId) return 'other-instance';
  if (command.id === orders.commandId) return 'known';
  return Date.parse(command.expiresAt) <= node.logTime ? 'expired' : 'obey';
}

export function obey({ id, command }: Command, now: number, deadlineAt: number): Orders {
  return { commandId: id, drain: command === 'drain' ? beginDrain(id, now, deadlineAt) : undefined };
}

/**
 * Log time by which a drain ends what still runs: counted from when the command was given, for it may be said again
 * long after. A clock that runs ahead of the log's adds nothing to it.
 * @param writtenAt when the log stored it.
 */
export function deadlineOf({ at, deadlineSeconds }: Command, writtenAt: number): number {
  return Math.min(Date.parse(at), writtenAt) + deadlineSeconds * 1000;
}

/** Gives the drain in force the deadline of its command, unless it has one. */
export function withDeadline(orders: Orders, deadlineAt: number): Orders {
  const { drain } = orders;
  return drain?.deadlineAt === null ? { ...orders, drain: { ...drain, deadlineAt } } : orders;
}

function beginDrain(commandId: string, beganAt: number, deadlineAt: number | null): Drain {
  return { commandId, beganAt, deadlineAt, emptySince: null, isOver: false };
}

/** What is known of the relay. */
export interface RelayLoad {
  /** `null` when unknown. */
  readonly allocations: number | null;
  /** When the sample that told so was begun, in monotonic milliseconds; of no meaning when they are unknown. */
  readonly sampledAt: number;
  /** It was told to finish, and has. */
  readonly hasFinished: boolean;
}

/**
 * How far a drain is.
 *
 * 1. One that is over stays over.
 * 2. The deadline has passed, or the relay has finished by itself: over.
 * 3. Nobody knows whether there are allocations: not empty. Unknown is never zero.
 * 4. A sample from before the drain says nothing; one that shows allocations, that it is not empty.
 * 5. Empty in every sample for `quietMs`, so that clients who got a credential just before, or who allocate anew,
 *    are not missed: over.
 */
export function advance(drain: Drain, relay: RelayLoad, now: number, quietMs: number): Drain {
  if (drain.isOver) return drain;
  if (relay.hasFinished || (drain.deadlineAt !== null && now >= drain.deadlineAt))
    return { ...drain, isOver: true };
  const notEmpty = drain.emptySince === null ? drain : { ...drain, emptySince: null };
  if (relay.allocations === null) return notEmpty;
  if (relay.sampledAt < drain.beganAt) return drain;
  if (relay.allocations > 0) return notEmpty;
  const emptySince = drain.emptySince ?? relay.sampledAt;
  return { ...drain, emptySince, isOver: relay.sampledAt - emptySince >= quietMs };
}
