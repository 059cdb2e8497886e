import {
  credentials,
  loadPackageDefinition,
  Metadata,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ICE_PROTO } from '@spillway/contracts';
import { protoPath as healthProto } from 'grpc-health-check';
import { bearer, isKeyName, type KeyName } from './keys.harness.js';

const SERVICE = '/spillway.v1.IceService';

/** What a client in any language has: it knows the .proto and nothing of the router. */
interface IceStub extends Client {
  getIceServers(request: object, metadata: Metadata, callback: Callback): void;
  streamIceServers(metadata: Metadata): ClientDuplexStream<object, StreamResult>;
  watchRegions(request: object, metadata: Metadata): ClientReadableStream<RegionsSnapshot>;
  explainDecision(request: object, metadata: Metadata, callback: ExplainCallback): void;
}
type Callback = (error: ServiceError | null, answer: Answer) => void;
type ExplainCallback = (error: ServiceError | null, answer: Explanation) => void;

export interface Explanation {
  readonly decision: { readonly id: string; readonly asked: object };
  readonly verdict: { readonly kind: string };
  readonly derived?: { readonly regions: readonly { readonly region: string; readonly obstacle?: string }[] };
  readonly text: readonly string[];
}

export interface Answer {
  readonly iceServers: {
    readonly urls: string[];
    readonly username?: string;
    readonly credential?: string;
  }[];
  readonly ttlSeconds: number;
  readonly expiresAt: string;
  readonly placement: {
    readonly decisionId: string;
    readonly region: string;
    readonly nodes: string[];
    readonly nearestRegion?: string;
  };
}

export interface StreamResult {
  readonly id: string;
  readonly result: 'answer' | 'problem';
  readonly answer?: Answer;
  readonly problem?: {
    readonly code: string;
    readonly status: number;
    readonly detail: string;
    readonly field?: string;
  };
}

export interface RegionsSnapshot {
  readonly position: number;
  readonly regions: {
    readonly region: string;
    readonly usableNodes: number;
    readonly utilization?: number;
  }[];
}

export interface IceClient {
  /** Rejects with the `ServiceError`. */
  readonly ask: (request?: object, key?: KeyName | null) => Promise<Answer>;
  /** `GetIceServers` with bytes for a message; gives the status it ended with, 0 for an answer. */
  readonly askRaw: (bytes: Uint8Array, key?: KeyName) => Promise<ServiceError | undefined>;
  /** With a key of the specs, or an `authorization` of one's own. */
  readonly stream: (key?: KeyName | `Bearer ${string}`) => ClientDuplexStream<object, StreamResult>;
  /** `StreamIceServers` with bytes for messages. */
  readonly streamRaw: (key?: KeyName) => ClientDuplexStream<Uint8Array, Uint8Array>;
  readonly watch: (key?: KeyName | `Bearer ${string}` | null) => ClientReadableStream<RegionsSnapshot>;
  readonly explain: (request: object, key?: KeyName) => Promise<Explanation>;
  readonly close: () => void;
}

export function connectIceClient(address: string): IceClient {
  const stub = connectStub(ICE_PROTO.path, 'spillway.v1.IceService', address) as IceStub;
  const asIs = (bytes: Uint8Array) => Buffer.from(bytes);
  return {
    ask: (request = {}, key = 'server') =>
      new Promise((resolve, reject) => {
        stub.getIceServers(request, authorization(key), (error, answer) =>
          error ? reject(error) : resolve(answer),
        );
      }),
    askRaw: (bytes, key = 'server') =>
      new Promise((resolve) => {
        const path = `${SERVICE}/GetIceServers`;
        stub.makeUnaryRequest(path, asIs, asIs, bytes, authorization(key), (error) =>
          resolve(error ?? undefined),
        );
      }),
    stream: (key = 'server') => stub.streamIceServers(authorization(key)),
    streamRaw: (key = 'server') =>
      stub.makeBidiStreamRequest(`${SERVICE}/StreamIceServers`, asIs, asIs, authorization(key)),
    watch: (key = 'server') => stub.watchRegions({}, authorization(key)),
    explain: (request, key = 'operator') =>
      new Promise((resolve, reject) => {
        stub.explainDecision(request, authorization(key), (error, answer) =>
          error ? reject(error) : resolve(answer),
        );
      }),
    close: () => stub.close(),
  };
}

function authorization(key: KeyName | `Bearer ${string}` | null): Metadata {
  const metadata = new Metadata();
  if (key !== null) metadata.set('authorization', isKeyName(key) ? bearer(key) : key);
  return metadata;
}

/** All that a stream brings until it ends; rejects with its error. */
export function collect<T>(stream: ClientReadableStream<T> | ClientDuplexStream<object, T>): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const all: T[] = [];
    stream.on('data', (each: T) => void all.push(each));
    stream.on('error', reject);
    stream.on('end', () => resolve(all));
  });
}

/** The client of a service of a .proto, as another language would generate it. */
export function connectStub(proto: string, service: string, address: string): Client {
  const definition = loadSync(proto, { enums: String, longs: Number, arrays: true, oneofs: true });
  const find = (scope: unknown, part: string) => (scope as Record<string, unknown>)[part];
  const Stub = service.split('.').reduce(find, loadPackageDefinition(definition)) as new (
    ...args: unknown[]
  ) => Client;
  return new Stub(address, credentials.createInsecure());
}

export interface HealthStub extends Client {
  check(request: object, callback: (error: ServiceError | null, answer: { status: string }) => void): void;
  watch(request: object): ClientReadableStream<{ status: string }>;
}

export const connectHealth = (address: string) =>
  connectStub(healthProto, 'grpc.health.v1.Health', address) as HealthStub;
