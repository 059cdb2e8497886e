import { describe, expect, it } from '@jest/globals';
import { subjectOf } from '@spillway/contracts';
import type { Bus } from '../bus.js';
import { heartbeat, issued, Witness, type Message } from './events.js';
import { until, type Stage } from './harness.js';

let recorded = 0;

/** Puts messages on the log one after the other. */
export async function record(bus: Bus, ...messages: Message[]): Promise<number[]> {
  const positions: number[] = [];
  for (const { subject, payload } of messages) {
    positions.push(await bus.record(subject, payload, `message-${++recorded}`));
  }
  return positions;
}

export function describeFollowing(stage: Stage): void {
  describe('following the log', () => {
    it('begins with the last message of every subject, then goes on live, in order', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, heartbeat('a', 1), heartbeat('b', 1), heartbeat('a', 2));
      const witness = new Witness();
      const following = await bus.follow(witness);
      expect(witness.story).toEqual(['b/1', 'a/2', 'caught-up']);

      await record(bus, heartbeat('b', 2), heartbeat('c', 1), heartbeat('b', 3));
      await until(() => witness.entries.length === 5);
      expect(witness.names).toEqual(['b/1', 'a/2', 'b/2', 'c/1', 'b/3']);
      expect(witness.positions).toEqual([2, 3, 4, 5, 6]);
      expect(witness.caughtUp).toEqual([3]);
      expect(following.position).toBe(6);
    });

    it('tells the time the log stored an entry, in whole milliseconds', async () => {
      const { bus } = await stage.provisioned();
      const before = Date.now();
      await record(bus, heartbeat('a', 1));
      const after = Date.now();
      const witness = new Witness();
      await bus.follow(witness);
      const [entry] = witness.entries;
      expect(Number.isInteger(entry?.at)).toBe(true);
      expect(entry?.at).toBeGreaterThanOrEqual(before);
      expect(entry?.at).toBeLessThanOrEqual(after);
    });

    it('is caught up at once on an empty log', async () => {
      const { bus } = await stage.provisioned();
      const witness = new Witness();
      await bus.follow(witness, { issuedWindowSeconds: 30 });
      expect(witness.story).toEqual(['caught-up']);
      expect(witness.caughtUp).toEqual([0]);
    });

    it('waits for a log that is not there yet', async () => {
      const { bus } = await stage.connect();
      const witness = new Witness();
      await bus.follow(witness);
      expect(witness.story).toEqual([]);
      await bus.provision();
      await until(() => witness.caughtUp.length === 1);
      await record(bus, heartbeat('a', 1));
      await until(() => witness.entries.length === 1);
      expect(witness.story).toEqual(['caught-up', 'a/1']);
    });
  });
}

export function describeFollowers(stage: Stage): void {
  describe('a follower', () => {
    it('is shown the same as any other', async () => {
      const [{ bus }, other] = [await stage.provisioned(), await stage.connect()];
      const [first, second] = [new Witness(), new Witness()];
      await bus.follow(first);
      await other.bus.follow(second);
      await record(bus, heartbeat('a', 1), heartbeat('a', 2));
      await until(() => first.entries.length === 2 && second.entries.length === 2);
      expect(second.entries).toEqual(first.entries);
    });

    it('is over once stopped', async () => {
      const { bus } = await stage.provisioned();
      const [stopped, other] = [new Witness(), new Witness()];
      const following = await bus.follow(stopped);
      await bus.follow(other);
      await following.stop();
      await record(bus, heartbeat('a', 1));
      await until(() => other.entries.length === 1);
      expect(stopped.entries).toEqual([]);
    });
  });
}

export function describeFiltering(stage: Stage): void {
  describe('following a part of the log', () => {
    it('shows only what the filter lets through', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, heartbeat('a', 1), heartbeat('b', 1));
      const witness = new Witness();
      await bus.follow(witness, { filter: subjectOf.heartbeat('north', 'a') });
      await record(bus, heartbeat('b', 2), heartbeat('a', 2));
      await until(() => witness.entries.length === 2);
      expect(witness.story).toEqual(['a/1', 'caught-up', 'a/2']);
    });

    it('is caught up at once when the filter lets nothing through', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, heartbeat('a', 1));
      const witness = new Witness();
      await bus.follow(witness, { filter: subjectOf.heartbeat('north', 'z') });
      expect(witness.story).toEqual(['caught-up']);
    });
  });
}

export function describeIssuedWindow(stage: Stage): void {
  describe('the window of issued batches', () => {
    it('comes besides the last message of every subject, merged in order, each once', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, issued('r', 1), heartbeat('a', 1), issued('r', 2), issued('s', 1), issued('r', 3));
      const witness = new Witness();
      await bus.follow(witness, { issuedWindowSeconds: 30 });
      expect(witness.story).toEqual(['r#1', 'a/1', 'r#2', 's#1', 'r#3', 'caught-up']);
    });

    it('ends where the log ends, not where the clock stands, and leaves older batches out', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, issued('r', 1));
      const recordedAt = Date.now();
      await until(() => Date.now() > recordedAt + 150);
      await record(bus, issued('r', 2), issued('r', 3));
      await until(() => Date.now() > recordedAt + 400);
      const witness = new Witness();
      await bus.follow(witness, { issuedWindowSeconds: 0.1 });
      expect(witness.names).toEqual(['r#2', 'r#3']);
    });

    it('misses no batch and repeats none while batches are being written', async () => {
      const { bus } = await stage.provisioned();
      const other = await stage.connect();
      const count = 300;
      const writing = Promise.all(
        Array.from({ length: count }, (_, batch) => record(other.bus, issued(`r${batch % 3}`, batch))),
      );
      const witnesses = Array.from({ length: 5 }, () => new Witness());
      for (const witness of witnesses) await bus.follow(witness, { issuedWindowSeconds: 30 });
      await writing;
      for (const witness of witnesses) {
        await until(() => witness.entries.length >= count);
        expect(witness.positions).toEqual(Array.from({ length: count }, (_, index) => index + 1));
      }
    });
  });
}

export function describeBadMessages(stage: Stage): void {
  describe('what may not be folded', () => {
    it('is told apart by its reason and does not stop the rest', async () => {
      const { bus } = await stage.provisioned();
      const witness = new Witness();
      await bus.follow(witness);
      const { subject, payload } = heartbeat('a', 1);
      bus.publish(subject, new TextEncoder().encode('{not json'));
      bus.publish(subject, { ...payload, seq: -1 });
      bus.publish(subjectOf.heartbeat('south', 'a'), payload);
      bus.publish('turn.v1.nobody.knows', payload);
      bus.publish(subject, 'x'.repeat(10_000));
      bus.publish(subject, payload);
      await until(() => witness.entries.length === 1);
      expect(witness.rejected.map(({ position, reason }) => [position, reason])).toEqual([
        [1, 'not-json'],
        [2, 'invalid-payload'],
        [3, 'subject-mismatch'],
        [4, 'unknown-subject'],
        [5, 'too-large'],
      ]);
      expect(witness.entries[0]?.position).toBe(6);
    });

    it('includes a listener that throws: it gets the next entry all the same', async () => {
      const { bus } = await stage.provisioned();
      const seen: number[] = [];
      const fail = () => {
        throw new Error('this listener is broken');
      };
      await bus.follow({
        onEntry: ({ position }) => {
          seen.push(position);
          fail();
        },
        onCaughtUp: fail,
        onRejected: fail,
      });
      bus.publish(heartbeat('a', 1).subject, 'rejected');
      await record(bus, heartbeat('a', 1), heartbeat('a', 2));
      await until(() => seen.length === 2);
      expect(seen).toEqual([2, 3]);
    });
  });
}

export function describeFollowingTheLast(stage: Stage): void {
  describe('following the last message of some subjects', () => {
    const subjects = ['a', 'b', 'z'].map((node) => subjectOf.heartbeat('north', node));

    it('begins with them and goes on with those that come after, and with no others', async () => {
      const { bus } = await stage.provisioned();
      await record(bus, heartbeat('a', 1), heartbeat('c', 1), heartbeat('b', 1), heartbeat('a', 2));
      const witness = new Witness();
      const following = await bus.followLast(witness, subjects);
      expect([...witness.names].sort()).toEqual(['a/2', 'b/1']);
      expect(witness.caughtUp).toHaveLength(1);
      await record(bus, heartbeat('c', 2), heartbeat('z', 1), heartbeat('b', 2));
      await until(() => ['z/1', 'b/2'].every((name) => witness.names.includes(name)));
      expect(witness.names).not.toContain('c/2');
      expect(following.position).toBe(7);
      expect(witness.caughtUp).toHaveLength(1);
    });

    it('shows each at its place on the log, once, the last of many in any case', async () => {
      const { bus } = await stage.provisioned();
      const [followed, last] = [new Witness(), new Witness()];
      await bus.follow(followed);
      await bus.followLast(last, subjects);
      for (let seq = 1; seq <= 100; seq++)
        bus.publish(heartbeat('a', seq).subject, heartbeat('a', seq).payload);
      await until(() => last.names.includes('a/100') && followed.names.includes('a/100'));
      expect(followed.entries).toEqual(expect.arrayContaining([...last.entries]));
      expect(new Set(last.positions).size).toBe(last.positions.length);
    });

    it('learns what was said while the link was down', async () => {
      const [{ bus, cut, mend }, other] = [await stage.provisioned(), await stage.connect()];
      const witness = new Witness();
      await bus.followLast(witness, subjects);
      cut();
      await until(() => bus.link === 'down');
      await record(other.bus, heartbeat('a', 1), heartbeat('a', 2));
      mend();
      await until(() => witness.names.includes('a/2'));
      expect(witness.names.at(-1)).toBe('a/2');
    });

    it('waits for a log that is not there yet, and begins anew with one that was made anew', async () => {
      const { bus } = await stage.connect();
      const witness = new Witness();
      await bus.followLast(witness, subjects);
      expect(witness.story).toEqual([]);
      await bus.provision();
      await until(() => witness.caughtUp.length === 1);
      await record(bus, heartbeat('a', 1), heartbeat('a', 2), heartbeat('a', 3));
      await until(() => witness.names.includes('a/3'));
      await stage.harness.wipe();
      await bus.provision();
      await record(bus, heartbeat('a', 4));
      await until(() => witness.names.includes('a/4'));
      expect(witness.gaps.map(({ cause }) => cause)).toContain('new-stream');
    });

    it('is over once stopped', async () => {
      const { bus } = await stage.provisioned();
      const [stopped, other] = [new Witness(), new Witness()];
      await (await bus.followLast(stopped, subjects)).stop();
      await bus.followLast(other, subjects);
      await record(bus, heartbeat('a', 1));
      await until(() => other.entries.length === 1);
      expect(stopped.entries).toEqual([]);
    });
  });
}
