import type { IceServersAnswer } from '@spillway/contracts';

/** An answer of the shape and length that a router's have, with nothing behind it. */
export function answerLike(userId: string): IceServersAnswer {
  return {
    iceServers: [
      {
        urls: ['turn:203.0.113.10:3478?transport=udp', 'turn:203.0.113.10:3478?transport=tcp'],
        username: `1795362465:${userId}`,
        credential: 'ge3VnP/7A37ilODxDAU2OFrZzF4=',
      },
      { urls: ['stun:203.0.113.10:3478'] },
    ],
    ttlSeconds: 600,
    expiresAt: '2026-11-22T15:47:45Z',
    placement: {
      decisionId: 'bench-89bc83c9a7-4',
      region: 'eu-central-1',
      nodes: ['node-12'],
      nearestRegion: 'eu-central-1',
      reason: 'nearest',
    },
  };
}
