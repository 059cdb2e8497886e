import { expect, it } from '@jest/globals';
import { startNatsCluster } from './nats-cluster.js';
import { describeWith } from './tools.js';

const LIMIT_MS = 60_000;

describeWith(['nats-server'], 'startNatsCluster', () => {
  it(
    'starts servers that find each other, and cuts one off and lets it return',
    async () => {
      const cluster = await startNatsCluster(3);
      try {
        expect(cluster.urls.split(',')).toHaveLength(3);
        await expect(cluster.leaderOf('NO_SUCH_STREAM')).resolves.toBeUndefined();
        await cluster.rejoin('nats-2');
        await cluster.cutOff('nats-2');
        await cluster.rejoin('nats-2');
      } finally {
        await cluster.stop();
      }
    },
    LIMIT_MS,
  );
});
