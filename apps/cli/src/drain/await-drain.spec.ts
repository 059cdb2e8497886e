import { describe, expect, it } from '@jest/globals';
import type { Command } from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit';
import { describeDrain, DrainOvertakenError } from './await-drain.js';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const command = (overrides: Partial<Command> = {}): Command => ({
  at: '2026-11-22T10:00:00.000Z',
  id: 'c-1',
  command: 'drain',
  instanceId: 'i-1',
  deadlineSeconds: 600,
  expiresAt: '2026-11-22T10:01:00.000Z',
  reason: '',
  origin: 'operator',
  ...overrides,
});

/** A node as the fold has it after this heartbeat and these commands. */
function nodeOf(heartbeat: Parameters<typeof aHeartbeat>[0], ...commands: Command[]) {
  const fleet = new Fleet();
  const entry = aLog();
  fleet.apply(entry({ kind: 'policy', policy: aPolicy() }, NOW), 0);
  fleet.apply(entry({ kind: 'heartbeat', heartbeat: aHeartbeat(heartbeat) }, NOW), 0);
  for (const each of commands) {
    fleet.apply(entry({ kind: 'command', region: 'us-east-1', node: 'n1', command: each }, NOW), 0);
  }
  return { fleet, node: fleet.node('us-east-1', 'n1') };
}

describe('describeDrain', () => {
  const obeyed = { commandId: 'c-1' };
  it.each([
    ['the node has not begun', { state: 'serving' as const }],
    ['draining, 1 allocation left', { ...obeyed, state: 'draining' as const, load: { allocations: 1 } }],
    [
      'draining, an unknown number of allocations left',
      { ...obeyed, state: 'draining' as const, load: { allocations: null } },
    ],
  ])('waits: %s', (line, heartbeat) => {
    expect(describeDrain(nodeOf(heartbeat, command()).node, 'c-1', NOW)).toEqual({ line, isOver: false });
  });

  it.each([
    ['stopped: nothing runs on it any more', 0],
    ['stopped at its deadline, with 7 allocations left', 7],
    ['stopped at its deadline, with an unknown number of allocations left', null],
  ])('ends: %s', (line, allocations) => {
    const { node } = nodeOf({ ...obeyed, state: 'stopped', load: { allocations } }, command());
    expect(describeDrain(node, 'c-1', NOW)).toEqual({ line, isOver: true });
  });

  it('does not take a reporter that was stopped for a drain that is over', () => {
    const { node } = nodeOf({ state: 'stopped' }, command());
    expect(describeDrain(node, 'c-1', NOW).isOver).toBe(false);
  });

  it('says that the node is silent', () => {
    const { fleet, node } = nodeOf({ ...obeyed, state: 'draining' }, command());
    fleet.advance(60_000);
    expect(describeDrain(node, 'c-1', NOW + 59_000).line).toBe('the node is silent');
    expect(describeDrain(undefined, 'c-1', NOW).line).toBe('the node is not heard');
  });

  it('gives up when another command has taken its place', () => {
    const { node } = nodeOf({ state: 'serving' }, command(), command({ id: 'c-2', command: 'undrain' }));
    expect(() => describeDrain(node, 'c-1', NOW)).toThrow('another command has taken its place: undrain c-2');
  });

  it('gives up on a node that did not begin in time', () => {
    const { node } = nodeOf({ state: 'serving' }, command());
    expect(() => describeDrain(node, 'c-1', NOW + 60_000)).toThrow(DrainOvertakenError);
  });
});
