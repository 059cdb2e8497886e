import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface FakeRouter {
  readonly url: string;
  /** The last request; its body is `undefined` where it had none. */
  readonly asked: { readonly headers: IncomingHttpHeaders; readonly body: unknown } | undefined;
  close(): Promise<void>;
}

/** Answers every path with the body given for it, all with one status. */
export async function startFakeRouter(bodies: Record<string, unknown>, status = 200): Promise<FakeRouter> {
  let asked: FakeRouter['asked'];
  const server = createServer((request, response) => {
    const answer = (body: unknown) => {
      asked = { headers: request.headers, body };
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(bodies[request.url ?? '']));
    };
    json(request).then(answer, () => answer(undefined));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get asked() {
      return asked;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
