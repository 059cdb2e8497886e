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
  const before = new Map<string, unknown>(Object.entries(from));
  const after: [string, unknown][] = Object.entries(to);
  const isKept = [...before.keys()].every((name) => name in to);
  if (!isKept) return undefined;
  return Object.fromEntries(after.filter(([name, value]) => !isSame(before.get(name), value)));
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
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
