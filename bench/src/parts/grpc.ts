import getPort from 'get-port';
import { clientAddresses } from '../load/addresses.js';
import { fight, type Side } from '../load/duel.js';
import { ForkedServer } from '../load/forked.js';
import { bearer, openIceClient, type IceClient } from '../load/ice-service.js';
import type { Part } from '../suite/part.js';

const LANES = 32;
const CLIENTS = 1_000;
const REQUESTS = clientAddresses(CLIENTS, 1).map((clientIp, i) => ({ clientIp, userId: `user-${i}` }));
const KEY = bearer('bench');

export const grpc: Part = {
  name: 'grpc',
  title: 'gRPC',
  about:
    '`GetIceServers` and `StreamIceServers` of one router process with 24 nodes, on one connection, against a bare grpc-js server with the same .proto and an answer of the same shape.',
  async run(effort) {
    const port = await getPort();
    const router = await ForkedServer.start('router', ['24', '', `${port}`]);
    const bare = await ForkedServer.start('bare-grpc');
    const [ours, theirs] = [openIceClient(port), openIceClient(bare.port)];
    try {
      const against = 'a bare grpc-js server';
      const unary = await fight(
        {
          what: 'gRPC, one call a request',
          against,
          ours: { server: router, ask: unaryAsk(ours) },
          bare: { server: bare, ask: unaryAsk(theirs) },
          lanes: LANES,
        },
        effort,
      );
      const stream = await fight(
        {
          what: 'gRPC, one stream',
          against,
          ours: { server: router, ask: streamAsk(ours) },
          bare: { server: bare, ask: streamAsk(theirs) },
          lanes: LANES,
        },
        effort,
      );
      return [...unary, ...stream];
    } finally {
      for (const client of [ours, theirs]) client.close();
      await Promise.all([router.stop(), bare.stop()]);
    }
  },
};

export function unaryAsk(client: IceClient): Side['ask'] {
  let asked = 0;
  return () =>
    new Promise((resolve, reject) => {
      client.getIceServers(REQUESTS[asked++ % CLIENTS] ?? {}, KEY, (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
}

export function streamAsk(client: IceClient): Side['ask'] {
  const stream = client.streamIceServers(KEY);
  const waiting = new Map<string, { resolve: (answer: object) => void; reject: (error: Error) => void }>();
  stream.on('data', ({ id, answer, problem }: { id: string; answer?: object; problem?: object }) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (answer && !problem) asker?.resolve(answer);
    else asker?.reject(new Error(JSON.stringify(problem)));
  });
  stream.on('error', (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  let asked = 0;
  return () =>
    new Promise((resolve, reject) => {
      const id = `${asked++}`;
      waiting.set(id, { resolve, reject });
      stream.write({ id, request: REQUESTS[asked % CLIENTS] });
    });
}
