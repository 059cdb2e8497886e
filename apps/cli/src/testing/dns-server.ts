import { once } from 'node:events';
import { Packet, UDPServer } from 'dns2';

export interface DnsServer {
  /** As DNS clients take it: address:port. */
  readonly address: string;
  close(): Promise<void>;
}

/** Answers A questions by the table, over UDP; there is no other name, and no other kind of record. */
export async function startDnsServer(table: Record<string, readonly string[]>): Promise<DnsServer> {
  const server = new UDPServer();
  server.on('request', (request, send) => {
    const response = Packet.createResponseFromRequest(request);
    const [question] = request.questions;
    const found = table[question?.name.toLowerCase() ?? ''];
    // NXDOMAIN, RFC 1035 §4.1.1
    if (!found) response.header.rcode = 3;
    if (found && question?.type === Packet.TYPE.A) {
      const common = { name: question.name, type: Packet.TYPE.A, class: Packet.CLASS.IN, ttl: 1 };
      response.answers.push(
        ...found.map((address) => Object.assign(new Packet.Resource(), common, { address })),
      );
    }
    void send(response);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    address: `127.0.0.1:${port}`,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
