import type { z } from 'zod';
import { heartbeatSchema, type Heartbeat } from './heartbeat.js';
import { once } from './once.js';
import { compileQuickCheck } from './quick-check.js';

const beatSchema = heartbeatSchema.pick({ at: true, seq: true, load: true });

/** What a heartbeat tells that is not as it was: nearly always no more than this. */
export type Beat = z.infer<typeof beatSchema>;

const isBeat = once(() => compileQuickCheck(beatSchema));

/** @returns `undefined` where something else differs too. */
export function beatBetween(from: Heartbeat, to: Heartbeat): Beat | undefined {
  const { at: _at, seq: _seq, load: _load, ...before } = from;
  const { at, seq, load, ...after } = to;
  return isSame(before, after) ? { at, seq, load } : undefined;
}

function isSame(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): boolean {
  const names = Object.keys(after);
  const isAlike = (a: unknown, b: unknown) =>
    a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
  return (
    names.length === Object.keys(before).length && names.every((name) => isAlike(before[name], after[name]))
  );
}

/**
 * The heartbeat that follows upon another with a beat, which becomes part of it.
 * @returns `undefined` when the beat is none.
 */
export function addBeat(to: Heartbeat, beat: unknown): Heartbeat | undefined {
  if (isBeat()(beat)) return joined(to, beat);
  const { data } = beatSchema.safeParse(beat);
  return data && joined(to, data);
}

/** Member by member: spreading takes ten times as long (Node 20). The type wants every member. */
function joined(before: Heartbeat, { at, seq, load }: Beat): Heartbeat {
  const heartbeat: Required<Omit<Heartbeat, 'isSynthetic'>> = {
    at,
    nodeId: before.nodeId,
    region: before.region,
    kind: before.kind,
    zone: before.zone,
    instanceId: before.instanceId,
    bootId: before.bootId,
    seq,
    intervalMs: before.intervalMs,
    state: before.state,
    urls: before.urls,
    software: before.software,
    capacity: before.capacity,
    load,
    secretEpoch: before.secretEpoch,
    commandId: before.commandId,
  };
  return before.isSynthetic ? { ...heartbeat, isSynthetic: true } : heartbeat;
}
