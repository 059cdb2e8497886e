import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A cable that can be pulled: passes everything on to a port of this machine until cut. */
export interface StartedProxy {
  readonly port: number;
  /** Ends what is connected and refuses whoever comes. */
  readonly cut: () => void;
  readonly mend: () => void;
  stop(): Promise<void>;
}

export async function startProxy(targetPort: number): Promise<StartedProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    if (isCut) return client.destroy();
    const target = keep(connect(targetPort, '127.0.0.1'));
    keep(client).pipe(target).pipe(client);
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend: () => {
      isCut = false;
    },
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
