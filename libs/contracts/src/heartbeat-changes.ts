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
    return isOther ? undefined : { ...heartbeat, ...changes };
  }
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) return undefined;
  const { data } = heartbeatSchema.safeParse({ ...heartbeat, ...changes });
  return data?.nodeId === heartbeat.nodeId && data.region === heartbeat.region ? data : undefined;
}
