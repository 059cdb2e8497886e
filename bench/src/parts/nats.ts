import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUERY_ICE_SERVERS } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { startNatsServer } from '../capacity/system.js';
import { clientAddresses } from '../load/addresses.js';
import { fight, type Side } from '../load/duel.js';
import { ForkedServer } from '../load/forked.js';
import type { Part } from '../suite/part.js';

const LANES = 32;
const CLIENTS = 1_000;
const BARE_SUBJECT = 'bench.ice-servers';
const TIMEOUT_MS = 10_000;
const REQUESTS = clientAddresses(CLIENTS, 1).map((clientIp, i) => ({ clientIp, userId: `user-${i}` }));

export const nats: Part = {
  name: 'nats',
  title: 'NATS requests',
  about:
    'Requests on `turn.query.ice-servers` to one router process with 24 nodes, its log on the same real nats-server, against a bare client that parses the same request and serialises an answer of the same shape.',
  async run(effort) {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
    const server = await startNatsServer(folder);
    const url = `nats://127.0.0.1:${server.port}`;
    const bus = NatsBus.connect({ servers: url, name: 'bench' });
    const router = await ForkedServer.start('router', ['24', url]);
    const bare = await ForkedServer.start('bare-nats', [url, BARE_SUBJECT]);
    try {
      return await fight(
        {
          what: 'NATS request',
          against: 'a bare NATS client',
          ours: { server: router, ask: askOn(bus, QUERY_ICE_SERVERS) },
          bare: { server: bare, ask: askOn(bus, BARE_SUBJECT) },
          lanes: LANES,
        },
        effort,
      );
    } finally {
      await Promise.all([router.stop(), bare.stop()]);
      await bus.close();
      await server.process.stop();
      rmSync(folder, { recursive: true });
    }
  },
};

export function askOn(bus: NatsBus, subject: string): Side['ask'] {
  let asked = 0;
  const headers = { authorization: 'Bearer bench' };
  return async () => {
    const payload = REQUESTS[asked++ % CLIENTS];
    const answer = await bus.request(subject, { payload, headers }, TIMEOUT_MS);
    const problem = answer.headers['Nats-Service-Error'];
    if (problem !== undefined) throw new Error(problem);
  };
}
