import { describe, expect, it } from '@jest/globals';
import type { Bus, BusMessage } from '../bus.js';
import type { RequestError } from '../errors.js';
import { until, type Stage } from './harness.js';

const SUBJECT = 'turn.query.test';
const QUEUE = 'answerers';

const parse = ({ data }: BusMessage): unknown => JSON.parse(new TextDecoder().decode(data));

export function describeRequests(stage: Stage): void {
  describe('requests', () => {
    it('carry payload and headers there and back', async () => {
      const { bus } = await stage.connect();
      const asker = await stage.connect();
      await bus.respond(SUBJECT, QUEUE, (request) =>
        Promise.resolve({
          payload: { heard: parse(request) },
          headers: { echo: request.headers['token'] ?? '' },
        }),
      );
      const answer = await asker.bus.request(
        SUBJECT,
        { payload: { n: 1 }, headers: { token: 'secret' } },
        2_000,
      );
      expect(parse(answer)).toEqual({ heard: { n: 1 } });
      expect(answer.headers['echo']).toBe('secret');
    });

    it('are each answered by one of the queue group', async () => {
      const buses = [await stage.connect(), await stage.connect(), await stage.connect()];
      const answered = new Map<string, number>();
      for (const [index, { bus }] of buses.entries()) {
        await bus.respond(SUBJECT, QUEUE, (request) => {
          const key = String(parse(request));
          answered.set(key, (answered.get(key) ?? 0) + 1);
          return Promise.resolve({ payload: index });
        });
      }
      const asker = await stage.connect();
      const asking = Array.from({ length: 60 }, (_, n) => asker.bus.request(SUBJECT, { payload: n }, 2_000));
      const answers = await Promise.all(asking);
      expect(new Set(answered.values())).toEqual(new Set([1]));
      expect(new Set(answers.map(parse)).size).toBeGreaterThan(1);
    });
  });
}

export function describeUnansweredRequests(stage: Stage): void {
  describe('requests', () => {
    it('that nobody answers say so at once', async () => {
      const { bus } = await stage.connect();
      await expect(bus.request(SUBJECT, { payload: 1 }, 10_000)).rejects.toMatchObject({
        code: 'no-responders',
      });
    });

    it('that are answered too late say so', async () => {
      const { bus } = await stage.connect();
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      await bus.respond(SUBJECT, QUEUE, async () => {
        await held;
        return { payload: 1 };
      });
      await expect(bus.request(SUBJECT, { payload: 1 }, 50)).rejects.toMatchObject({ code: 'timeout' });
      release();
    });

    it('are answered by who has the answer at hand', async () => {
      const { bus } = await stage.connect();
      await bus.respond(SUBJECT, QUEUE, ({ headers }) => ({ payload: 'here', headers }));
      const answer = await bus.request(SUBJECT, { payload: 1, headers: { a: 'b' } }, 10_000);
      expect([parse(answer), answer.headers]).toEqual(['here', { a: 'b' }]);
    });

    it.each([
      ['rejects', () => Promise.reject(new Error('broken'))],
      [
        'throws',
        () => {
          throw new Error('broken');
        },
      ],
    ])('whose responder %s say so at once', async (_, handler) => {
      const { bus } = await stage.connect();
      await bus.respond(SUBJECT, QUEUE, handler);
      const asking = bus.request(SUBJECT, { payload: 1 }, 10_000);
      await expect(asking).rejects.toMatchObject({ name: 'RequestError', code: 'responder-failed' });
    });

    it('cannot be made without a link', async () => {
      const { bus, cut } = await stage.connect();
      cut();
      await until(() => bus.link === 'down');
      await expect(bus.request(SUBJECT, { payload: 1 }, 10_000)).rejects.toMatchObject({ code: 'link-down' });
    });
  });
}

export function describeResponders(stage: Stage): void {
  describe('a responder', () => {
    it('answers again after the broker was killed and came back', async () => {
      const { bus } = await stage.connect();
      const asker = await stage.connect();
      await bus.respond(SUBJECT, QUEUE, () => Promise.resolve({ payload: 'here' }));
      await stage.harness.killBroker();
      await until(() => bus.link === 'down' && asker.bus.link === 'down');
      await stage.harness.restartBroker();
      await until(() => bus.link === 'up' && asker.bus.link === 'up');
      expect(parse(await asker.bus.request(SUBJECT, { payload: 1 }, 2_000))).toBe('here');
    });

    for (const how of ['stopped', 'closed'] as const) {
      it(`finishes what it has begun when it is ${how}, and takes nothing more`, async () => {
        const { bus } = await stage.connect();
        const asker = await stage.connect();
        const story: string[] = [];
        let finish = () => {};
        const held = new Promise<void>((resolve) => (finish = resolve));
        const responder = await bus.respond(SUBJECT, QUEUE, async (request) => {
          if (parse(request) === 'anyone?') return { payload: 'yes' };
          story.push('begun');
          await held;
          story.push('finished');
          return { payload: 'finished' };
        });
        const asking = asker.bus.request(SUBJECT, { payload: 1 }, 10_000);
        await until(() => story.length === 1);
        const end = how === 'stopped' ? () => responder.stop() : () => bus.close();
        const ending = end().then(() => story.push('ended'));
        await untilUnanswered(asker.bus);
        finish();
        await ending;
        expect(story).toEqual(['begun', 'finished', 'ended']);
        expect(parse(await asking)).toBe('finished');
      });
    }
  });
}

async function untilUnanswered(bus: Bus): Promise<void> {
  for (;;) {
    const code = await bus.request(SUBJECT, { payload: 'anyone?' }, 2_000).then(
      () => 'answered',
      (error: RequestError) => error.code,
    );
    if (code === 'no-responders') return;
  }
}
