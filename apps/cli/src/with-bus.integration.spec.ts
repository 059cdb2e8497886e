import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { withBus } from './with-bus.js';

describeWith(['nats-server'], 'withBus, when NATS dies during the work', () => {
  let nats: StartedNats;
  beforeEach(async () => {
    nats = await startNats();
  });
  afterEach(() => nats.stop());

  it('gives up after a while and says so', async () => {
    const attempt = withBus(nats.url, (bus) => nats.kill().then(() => bus.provision()), { workMs: 500 });
    await expect(attempt).rejects.toMatchObject({
      code: 'bus-overdue',
      message: expect.stringContaining(`not done within 0.5 s by the NATS server at ${nats.url}`),
    });
  });

  it('ends with the reason of its signal, and so does what it was recording', async () => {
    const interruption = new AbortController();
    let recording: Promise<number> | undefined;
    const attempt = withBus(
      nats.url,
      async (bus, ending) => {
        await nats.kill();
        recording = bus.record('turn.v1.policy', {}, 'never-stored', ending);
        interruption.abort(new Error('nats died'));
        return recording;
      },
      { signal: interruption.signal },
    );
    await expect(attempt).rejects.toThrow('nats died');
    await expect(recording).rejects.toMatchObject({ code: 'aborted' });
  });
});
