import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Bus } from '../bus.js';
import { heartbeat, issued, Witness } from './events.js';
import { record } from './following.js';
import { until, type ConnectedBus, type Stage } from './harness.js';

/** A follower whose cable can be pulled, and a bus that goes on writing. */
async function followAndWrite(stage: Stage) {
  const follower = await stage.provisioned();
  const writer = await stage.connect();
  const witness = new Witness();
  await record(writer.bus, heartbeat('a', 1), issued('r', 1));
  await follower.bus.follow(witness, { issuedWindowSeconds: 30 });
  const cut = async () => {
    follower.cut();
    await until(() => follower.bus.link === 'down');
  };
  return { follower, writer: writer.bus, witness, cut };
}

export function describeLinkLoss(stage: Stage): void {
  describe('a link that was lost', () => {
    it('is told, and told again when it is back', async () => {
      const { bus, cut, mend } = await stage.connect();
      const told: string[] = [];
      const off = bus.onLink((link) => told.push(link));
      cut();
      await until(() => told.length === 1);
      mend();
      await until(() => told.length === 2);
      off();
      cut();
      await until(() => bus.link === 'down');
      expect(told).toEqual(['down', 'up']);
    });

    it('lets the follower go on where it was: nothing missed, nothing twice, nothing begun anew', async () => {
      const { follower, writer, witness, cut } = await followAndWrite(stage);
      await cut();
      await record(writer, heartbeat('a', 2), issued('r', 2), heartbeat('a', 3));
      follower.mend();
      await record(writer, heartbeat('a', 4));
      await until(() => witness.entries.length === 6);
      expect(witness.story).toEqual(['a/1', 'r#1', 'caught-up', 'a/2', 'r#2', 'a/3', 'a/4']);
    });

    it('ends as well when the broker was killed and came back with its store', async () => {
      const { writer, witness } = await followAndWrite(stage);
      await stage.harness.killBroker();
      await until(() => writer.link === 'down');
      const recording = record(writer, heartbeat('a', 2));
      await stage.harness.restartBroker();
      expect(await recording).toEqual([3]);
      await until(() => witness.entries.length === 3);
      expect(witness.story).toEqual(['a/1', 'r#1', 'caught-up', 'a/2']);
    });
  });
}

export function describeGaps(stage: Stage): void {
  describe('a log of which a part was missed', () => {
    it('tells the gap that retention left, then the last message of every subject that is new', async () => {
      const { follower, writer, witness, cut } = await followAndWrite(stage);
      await cut();
      const missed = [
        heartbeat('a', 2),
        heartbeat('b', 1),
        heartbeat('b', 2),
        issued('r', 2),
        issued('r', 3),
      ];
      await record(writer, ...missed);
      await stage.harness.purgeUpTo(3);
      follower.mend();
      await until(() => witness.caughtUp.length === 2);
      expect(witness.story.slice(3)).toEqual(['gap', 'b/2', 'r#2', 'r#3', 'caught-up']);
      expect(witness.gaps).toEqual([{ from: 3, to: 3, cause: 'retention' }]);
      expect(witness.positions).toEqual([1, 2, 5, 6, 7]);
    });

    it('tells no gap when retention removed only what was read', async () => {
      const { follower, writer, witness, cut } = await followAndWrite(stage);
      await cut();
      await stage.harness.purgeUpTo(2);
      await record(writer, heartbeat('a', 2));
      follower.mend();
      await until(() => witness.entries.length === 3);
      expect(witness.story).toEqual(['a/1', 'r#1', 'caught-up', 'a/2']);
    });

    it('begins anew with a log that was made anew while the link was down', async () => {
      const { follower, writer, witness, cut } = await followAndWrite(stage);
      await cut();
      await stage.harness.wipe();
      await writer.provision();
      await record(writer, heartbeat('z', 1), heartbeat('z', 2), heartbeat('y', 1), heartbeat('z', 3));
      follower.mend();
      await until(() => witness.caughtUp.length === 2);
      expect(witness.story.slice(3)).toEqual(['gap', 'y/1', 'z/3', 'caught-up']);
      expect(witness.gaps).toEqual([{ from: 3, to: null, cause: 'new-stream' }]);
      expect(witness.positions.slice(2)).toEqual([3, 4]);
    });

    it('begins anew with a log that was made anew while the link was up', async () => {
      const { writer, witness } = await followAndWrite(stage);
      await stage.harness.wipe();
      await writer.provision();
      await record(writer, heartbeat('z', 1));
      await until(() => witness.entries.length === 3);
      expect(witness.gaps.map(({ cause }) => cause)).toEqual(['new-stream']);
      expect(witness.positions).toEqual([1, 2, 1]);
    });
  });
}

type Step = { do: 'beat'; node: number } | { do: 'cut' | 'mend' | 'purge' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('beat' as const), node: fc.nat(2) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'mend' as const, 'purge' as const) }),
    },
  ),
  { maxLength: 25 },
);

export function describeConvergence(stage: Stage, runs: number): void {
  describe('whatever is cut, mended and purged', () => {
    it('the follower ends with the view of one that begins at the end, and never goes back', async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (script) => {
          const follower = await stage.provisioned();
          const writer = await stage.connect();
          const witness = new Witness();
          await follower.bus.follow(witness);
          await play(script, stage, follower, writer.bus);
          follower.mend();
          const [end] = await record(writer.bus, heartbeat('end', 1));
          await until(() => witness.positions.at(-1) === end);
          const fresh = new Witness();
          await writer.bus.follow(fresh);
          expect(viewOf(witness)).toEqual(expect.objectContaining(viewOf(fresh)));
          expect(witness.positions).toEqual([...new Set(witness.positions)].sort((a, b) => a - b));
          await Promise.all([follower.bus.close(), writer.bus.close()]);
          await stage.harness.wipe();
        }),
        { numRuns: runs },
      );
    }, 120_000);
  });
}

async function play(script: Step[], stage: Stage, follower: ConnectedBus, writer: Bus): Promise<void> {
  let last = 0;
  let seq = 0;
  for (const step of script) {
    if (step.do === 'beat') last = (await record(writer, heartbeat(`n${step.node}`, ++seq)))[0] ?? last;
    else if (step.do === 'purge') await stage.harness.purgeUpTo(last);
    else follower[step.do]();
  }
}

/** The newest heartbeat of every node. */
function viewOf(witness: Witness): Record<string, number> {
  return Object.fromEntries(
    witness.entries.flatMap(({ event }) =>
      event.kind === 'heartbeat' ? [[event.heartbeat.nodeId, event.heartbeat.seq]] : [],
    ),
  );
}
