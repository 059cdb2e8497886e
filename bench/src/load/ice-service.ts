import {
  credentials,
  loadPackageDefinition,
  Metadata,
  type Client,
  type ClientDuplexStream,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ICE_PROTO } from '@spillway/contracts';

type Callback = (error: ServiceError | null, answer: object) => void;

interface StreamResult {
  readonly id: string;
  readonly answer?: object;
  readonly problem?: object;
}

/** A client of `spillway.v1.IceService`. */
export interface IceClient extends Client {
  getIceServers(request: object, metadata: Metadata, callback: Callback): void;
  streamIceServers(metadata: Metadata): ClientDuplexStream<object, StreamResult>;
}

type IceClientClass = (new (address: string, credentials: object, options?: object) => IceClient) & {
  readonly service: ServiceDefinition;
};

function iceClientClass(): IceClientClass {
  const loaded = loadPackageDefinition(
    loadSync(ICE_PROTO.path, { enums: String, longs: Number, oneofs: false }),
  );
  // The loader knows no types; this is the one the .proto has.
  const { v1 } = loaded['spillway'] as unknown as { readonly v1: { readonly IceService: IceClientClass } };
  return v1.IceService;
}

export function iceServiceDefinition(): ServiceDefinition {
  return iceClientClass().service;
}

/** A client with a connection of its own. */
export function openIceClient(port: number): IceClient {
  const IceService = iceClientClass();
  const options = { 'grpc.use_local_subchannel_pool': 1 };
  return new IceService(`127.0.0.1:${port}`, credentials.createInsecure(), options);
}

export function bearer(key: string): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${key}`);
  return metadata;
}
