import { describe, expect, it } from '@jest/globals';
import type { Command } from '@spillway/contracts';
import { aHeartbeat, aLog } from '@spillway/testkit';
import { aDrain } from '../testing/commands.harness.js';
import { StandingDrains } from './standing-drains.js';

function aStage() {
  const entry = aLog();
  const drains = new StandingDrains();
  const order = (overrides: Partial<Command> = {}, node = 'n1') =>
    drains.observe(entry({ kind: 'command', region: 'eu', node, command: aDrain(overrides) }, 0));
  const hear = (commandId: string | null, instanceId = 'i-1') =>
    drains.observe(
      entry(
        { kind: 'heartbeat', heartbeat: aHeartbeat({ region: 'eu', nodeId: 'n1', instanceId, commandId }) },
        0,
      ),
    );
  const standing = () => drains.all.map(({ node, position }) => `${node}@${position}`);
  return { order, hear, standing };
}

describe('a drain that an operator gave', () => {
  it('stands once the node has taken it up, and its command is where it was put last', () => {
    const { order, hear, standing } = aStage();
    order();
    expect(standing()).toEqual([]);
    hear(null);
    expect(standing()).toEqual([]);
    hear('c-1');
    expect(standing()).toEqual(['n1@1']);
    order({ isStanding: true });
    expect(standing()).toEqual(['n1@4']);
  });

  it('stands for one who knows it only as it was said again', () => {
    const { order, standing } = aStage();
    order({ isStanding: true });
    expect(standing()).toEqual(['n1@1']);
  });

  it('stands without being taken up after one that did, for the same machine: that may be off', () => {
    const { order, hear, standing } = aStage();
    order();
    hear('c-1');
    order({ id: 'c-2' });
    expect(standing()).toEqual(['n1@3']);
    hear('c-1');
    hear(null);
    expect(standing()).toEqual(['n1@3']);
    hear('c-2');
    expect(standing()).toEqual(['n1@3']);
    order({ id: 'c-3', instanceId: 'i-2' });
    expect(standing()).toEqual([]);
  });

  it('stands again when the node takes it up after all', () => {
    const { order, hear, standing } = aStage();
    order({ id: 'c-2', isStanding: true });
    hear('c-1');
    expect(standing()).toEqual([]);
    hear('c-2');
    expect(standing()).toEqual(['n1@1']);
  });

  it.each<[string, (stage: ReturnType<typeof aStage>) => void]>([
    ['an undrain came', ({ order }) => order({ id: 'c-2', command: 'undrain' })],
    ['the node echoes an undrain that the log lost', ({ hear }) => hear('c-2')],
    [
      'the node echoes an undrain that the log lost, of a drain given before the last',
      ({ order, hear }) => (order({ id: 'c-2' }), hear('c-2'), hear('c-3')),
    ],
    [
      'the autoscaler drains the node',
      ({ order, hear }) => (order({ id: 'plan-1', origin: 'autoscaler' }), hear('plan-1')),
    ],
    ['the node was built anew', ({ hear }) => hear(null, 'i-2')],
  ])('does not stand any more when %s', (_, happens) => {
    const stage = aStage();
    stage.order();
    stage.hear('c-1');
    happens(stage);
    expect(stage.standing()).toEqual([]);
  });

  it('is one of a thousand at most: those given longest ago go', () => {
    const { order, standing } = aStage();
    for (let n = 0; n < 1_001; n++) order({ isStanding: true }, `n${n}`);
    expect(standing()).toHaveLength(1_000);
    expect(standing()[0]).toBe('n1@2');
  });
});
