import { heartbeatSchema, type Heartbeat } from './heartbeat.js';
import { once } from './once.js';
import { compileQuickCheck } from './quick-check.js';

const changesSchema = heartbeatSchema.partial();

/** Without defaults: what is not among the changes is as it was. */
const isChanges = once(() => compileQuickCheck(changesSchema, { fillsDefaults: false }));

/**
 * The members of a heartbeat that differ from an earlier one of the same node, each in whole: a quarter of its text.
 * @returns `undefined` where a member has gone.
 */
export function heartbeatChanges(from: Heartbeat, to: Heartbeat): Partial<Heartbeat> | undefined {
  const before: Readonly<Record<string, unknown>> = from;
  if (Object.keys(before).some((name) => !(name in to))) return undefined;
  const after: [string, unknown][] = Object.entries(to);
  return Object.fromEntries(after.filter(([name, value]) => !isSame(before[name], value)));
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

/**
 * Does again what `heartbeatChanges` told. The changes become part of the new heartbeat.
 * @returns `undefined` when the changes are none or make no valid heartbeat of the same node.
 */
export function changeHeartbeat(heartbeat: Heartbeat, changes: unknown): Heartbeat | undefined {
  if (isChanges()(changes)) {
    const isOther = changes.nodeId !== undefined || changes.region !== undefined;
    return isOther ? undefined : changed(heartbeat, changes);
  }
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) return undefined;
  const { data } = heartbeatSchema.safeParse({ ...heartbeat, ...changes });
  return data?.nodeId === heartbeat.nodeId && data.region === heartbeat.region ? data : undefined;
}

/** Member by member: spreading two takes ten times as long (Node 20). The type wants every member. */
function changed(from: Heartbeat, to: Partial<Heartbeat>): Heartbeat {
  const heartbeat: Required<Omit<Heartbeat, 'isSynthetic'>> = {
    at: either(to.at, from.at),
    nodeId: from.nodeId,
    region: from.region,
    kind: either(to.kind, from.kind),
    zone: either(to.zone, from.zone),
    instanceId: either(to.instanceId, from.instanceId),
    bootId: either(to.bootId, from.bootId),
    seq: either(to.seq, from.seq),
    intervalMs: either(to.intervalMs, from.intervalMs),
    state: either(to.state, from.state),
    urls: either(to.urls, from.urls),
    software: either(to.software, from.software),
    capacity: either(to.capacity, from.capacity),
    load: either(to.load, from.load),
    secretEpoch: either(to.secretEpoch, from.secretEpoch),
    commandId: either(to.commandId, from.commandId),
  };
  const isSynthetic = either(to.isSynthetic, from.isSynthetic);
  return isSynthetic ? { ...heartbeat, isSynthetic } : heartbeat;
}

/** `null` is a value. */
const either = <T>(changed: T | undefined, before: T): T => (changed === undefined ? before : changed);
