import {
  credentials,
  loadPackageDefinition,
  Metadata,
  type Client,
  type ClientDuplexStream,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ICE_PROTO, type PlacementReason } from '@spillway/contracts';

/** Where one client was sent, or why not. */
export interface StreamResult {
  readonly id: string;
  readonly answer?: {
    readonly placement: {
      readonly region: string;
      readonly nodes: readonly [string, ...string[]];
      readonly nearestRegion?: string;
      readonly reason: PlacementReason;
    };
  };
  readonly problem?: { readonly code: string; readonly detail: string };
}

interface IceStub extends Client {
  streamIceServers(metadata: Metadata): ClientDuplexStream<object, StreamResult>;
}

/** One `StreamIceServers` call to one router that is kept open. */
export interface IceStream {
  /** Rejects when the stream ends before the answer. */
  ask(clientIp: string): Promise<StreamResult>;
  close(): void;
}

export function openIceStream(address: string, apiKey: string): IceStream {
  const definition = loadSync(ICE_PROTO.path, { enums: String, longs: Number, arrays: true, oneofs: true });
  const { spillway } = loadPackageDefinition(definition) as unknown as {
    spillway: { v1: { IceService: new (...args: unknown[]) => IceStub } };
  };
  const stub = new spillway.v1.IceService(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${apiKey}`);
  const stream = stub.streamIceServers(metadata);
  const waiting = new Map<
    string,
    { resolve: (result: StreamResult) => void; reject: (error: Error) => void }
  >();
  const failAll = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  stream.on('data', (result: StreamResult) => {
    waiting.get(result.id)?.resolve(result);
    waiting.delete(result.id);
  });
  stream.on('error', failAll);
  stream.on('end', () => failAll(new Error('the router ended the stream')));
  let asked = 0;
  return {
    ask: (clientIp) =>
      new Promise((resolve, reject) => {
        const id = String(++asked);
        waiting.set(id, { resolve, reject });
        stream.write({ id, request: { clientIp } });
      }),
    close: () => {
      stream.cancel();
      stub.close();
    },
  };
}
