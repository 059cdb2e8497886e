import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { stunMessageBytes } from '@spillway/turn';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface ChannelListener {
  /** A whole datagram, or one message cut from a stream. */
  onMessage(data: Buffer): void;
  /** Nothing will come any more. */
  onFailure(cause: Error): void;
}

/** The way of STUN messages to one server and back; one transaction uses it at a time. */
export class StunChannel {
  #listener: ChannelListener | undefined;
  #failure: Error | undefined;

  constructor(
    /** Whether the transport repeats what is lost. */
    readonly isReliable: boolean,
    readonly send: (message: Buffer) => void,
    readonly close: () => void,
  ) {}

  listen(listener: ChannelListener): void {
    this.#listener = listener;
    if (this.#failure) listener.onFailure(this.#failure);
  }

  deliver(data: Buffer): void {
    this.#listener?.onMessage(data);
  }

  fail(cause: Error): void {
    this.#failure ??= cause;
    this.#listener?.onFailure(cause);
  }
}

export async function openUdpChannel({ host, port }: ServerAddress): Promise<StunChannel> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  const channel = new StunChannel(
    false,
    (message) => socket.send(message),
    () => socket.close(),
  );
  socket.on('message', (data) => channel.deliver(data));
  // Connected, the socket hears of ports where nothing listens and of no other sender.
  socket.connect(port, address);
  try {
    await once(socket, 'connect');
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('error', (error) => channel.fail(error));
  return channel;
}

export function openTcpChannel(server: ServerAddress, signal: AbortSignal): Promise<StunChannel> {
  return openStream(connect(server), 'connect', signal);
}

export function openTlsChannel(server: ServerAddress, signal: AbortSignal): Promise<StunChannel> {
  const servername = isIP(server.host) === 0 ? server.host : '';
  return openStream(connectTls({ ...server, servername }), 'secureConnect', signal);
}

async function openStream(socket: Socket, opened: string, signal: AbortSignal): Promise<StunChannel> {
  const channel = new StunChannel(
    true,
    (message) => socket.write(message),
    () => socket.destroy(),
  );
  try {
    await once(socket, opened, { signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.on('error', (error) => channel.fail(error));
  socket.on('close', () => channel.fail(new Error('the server closed the connection')));
  let received = Buffer.alloc(0);
  socket.on('data', (data) => {
    received = cutMessages(Buffer.concat([received, data]), channel);
  });
  return channel;
}

const STUN_HEADER_BYTES = 20;

/** Delivers the whole messages in `received`. @returns the rest. */
function cutMessages(received: Buffer, channel: StunChannel): Buffer<ArrayBuffer> {
  let rest = Buffer.from(received);
  while (rest.length >= STUN_HEADER_BYTES) {
    const bytes = stunMessageBytes(rest);
    if (bytes === undefined) channel.fail(new Error('what answers there is no STUN server'));
    if (bytes === undefined || rest.length < bytes) break;
    channel.deliver(rest.subarray(0, bytes));
    rest = rest.subarray(bytes);
  }
  return rest;
}
