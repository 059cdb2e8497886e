import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { IceServersAnswer } from '@spillway/contracts';
import { describeWith, startCoturn, type StartedCoturn } from '@spillway/testkit';
import { mintCredential } from '@spillway/turn';
import { AllocationsFailedError, describeAttempt, tryAnswer } from './try-answer.js';

describeWith(['turnserver'], 'spillway ice --try, with a real coturn', () => {
  let coturn: StartedCoturn;
  beforeAll(async () => {
    coturn = await startCoturn();
  });
  afterAll(() => coturn.stop());

  it('makes an allocation by every TURN URL and leaves STUN alone', async () => {
    const attempts = await tryAnswer(answerWith(coturn.secret));
    expect(attempts.map(describeAttempt)).toEqual([
      expect.stringMatching(/^turn:.*=udp relays on 127\.0\.0\.1:\d+, \d+\.\d ms \(Coturn-.*\)$/),
      expect.stringMatching(/^turn:.*=tcp relays on 127\.0\.0\.1:\d+, \d+\.\d ms \(Coturn-.*\)$/),
    ]);
  });

  it("says the server's error when it refuses, and what to look at", async () => {
    const attempts = await tryAnswer(answerWith('another secret'));
    const refusal = `turn:127.0.0.1:${coturn.port}?transport=udp refused: 401 Unauthorized`;
    const hint =
      '(the router and the relay have different secrets: rendered with another master, node id or epoch?)';
    expect(attempts.map(describeAttempt)[0]).toBe(`failed: ${refusal} ${hint}`);
    expect(new AllocationsFailedError(attempts).message).toContain(`2 of 2 allocations failed: ${refusal}`);
  });

  function answerWith(secret: string): IceServersAnswer {
    const login = mintCredential(secret, 'alice', Math.floor(Date.now() / 1000) + 600);
    const server = `127.0.0.1:${coturn.port}`;
    return {
      iceServers: [
        { urls: [`turn:${server}?transport=udp`, `turn:${server}?transport=tcp`], ...login },
        { urls: [`stun:${server}`] },
      ],
      ttlSeconds: 600,
      expiresAt: '2026-11-22T10:10:00Z',
      placement: {
        decisionId: 'd',
        region: 'us-east-1',
        nodes: ['use1-a1'],
        nearestRegion: null,
        reason: 'fallback',
      },
    };
  }
});
