import { clientAddresses } from '../load/addresses.js';
import { fight, type Side } from '../load/duel.js';
import { ForkedServer } from '../load/forked.js';
import { HttpConnection, postRequest } from '../load/http-client.js';
import type { Part } from '../suite/part.js';

const CONNECTIONS = 32;
const CLIENTS = 1_000;

const REQUESTS = clientAddresses(CLIENTS, 1).map((clientIp, i) =>
  postRequest('/v1/ice-servers', { clientIp, userId: `user-${i}` }, { authorization: 'Bearer bench' }),
);

export const http: Part = {
  name: 'http',
  title: 'HTTP',
  about:
    '`POST /v1/ice-servers` of one router process with 24 nodes, everything on, its log in memory, against a bare `node:http` server that parses the same body and serialises an answer of the same shape. 32 connections from another process; medians of rounds in turn. Latency counts from when a request was due.',
  async run(effort) {
    const [bare, router] = [await ForkedServer.start('bare-http'), await ForkedServer.start('router')];
    const [bareSide, oursSide] = [await httpSide(bare), await httpSide(router)];
    try {
      return await fight(
        {
          what: 'HTTP, one process',
          against: 'a bare node:http server',
          bare: bareSide,
          ours: oursSide,
          lanes: CONNECTIONS,
          target: { atLeast: 0.7 },
        },
        effort,
      );
    } finally {
      for (const { close } of [bareSide, oursSide]) close();
      await Promise.all([bare.stop(), router.stop()]);
    }
  },
};

/** The clients' requests in turn, over as many connections. */
export async function httpSide(
  server: Side['server'] & { readonly port: number },
): Promise<Side & { close: () => void }> {
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => HttpConnection.open(server.port)),
  );
  const idle = [...connections];
  let asked = 0;
  return {
    server,
    // As clients do: no second request before the answer to the first, unless all connections wait for one.
    ask: async () => {
      const request = REQUESTS[asked++ % CLIENTS] ?? '';
      const connection = idle.pop();
      if (!connection) return connections[asked % CONNECTIONS]?.ask(request);
      const answer = await connection.ask(request);
      idle.unshift(connection);
      return answer;
    },
    close: () => connections.forEach((connection) => connection.close()),
  };
}
