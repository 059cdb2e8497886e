import grpc, { type handleUnaryCall, type Server } from '@grpc/grpc-js';
import protoLoader, { type PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { loadPackageSync } from '@nestjs/common/internal';
import { Transport, type GrpcOptions } from '@nestjs/microservices';
import { ICE_PROTO } from '@spillway/contracts';
import { HealthImplementation } from 'grpc-health-check';

/** Bytes a request may have. */
const MAX_MESSAGE_BYTES = 16 * 1024;
const SERVICE = 'spillway.v1.IceService';

/** The standard services beside our own, and the end of what clients leave open. */
export class GrpcEdge {
  private readonly health = new HealthImplementation({ '': 'NOT_SERVING', [SERVICE]: 'NOT_SERVING' });
  private server: Server | undefined;
  private definition: PackageDefinition = {};

  addTo(server: Server, definition: PackageDefinition): void {
    this.server = server;
    this.definition = definition;
    this.health.addToServer(server);
    new ReflectionService(definition).addToServer(server);
  }

  /**
   * From now on calls of a method of ours are answered by `handler`: Nest's way to a controller is by copies, promises
   * and observables, a tenth of a call. Not before Nest has put its own in place.
   */
  answer(method: string, handler: handleUnaryCall<object, object>): void {
    const { server } = this;
    const service = this.definition[SERVICE];
    const own = service && !('format' in service) ? service[method] : undefined;
    if (!server || !own) throw new Error(`${SERVICE} has no method ${method}`);
    const { path, responseSerialize, requestDeserialize } = own;
    server.unregister(path);
    server.register(path, handler, responseSerialize, requestDeserialize, 'unary');
  }

  /** What the health service says. */
  setServing(isServing: boolean): void {
    const status = isServing ? 'SERVING' : 'NOT_SERVING';
    this.health.setStatus('', status);
    this.health.setStatus(SERVICE, status);
  }

  /** Ends what is still open: a client may watch our health for ever, and closing waits for it. */
  cut(): void {
    this.server?.forceShutdown();
  }
}

/** gRPC with the standard health and reflection services beside our own. */
export function grpcOptions(url: string, edge: GrpcEdge): GrpcOptions {
  // Nest looks for them in `node_modules`, where a bundle would find a second copy.
  loadPackageSync('@grpc/grpc-js', 'gRPC', () => grpc);
  loadPackageSync('@grpc/proto-loader', 'gRPC', () => protoLoader);
  return {
    transport: Transport.GRPC,
    options: {
      url,
      package: ICE_PROTO.package,
      protoPath: ICE_PROTO.path,
      loader: { keepCase: false, longs: Number, enums: String, arrays: true, oneofs: false },
      maxReceiveMessageLength: MAX_MESSAGE_BYTES,
      gracefulShutdown: true,
      onLoadPackageDefinition: (definition, server) => edge.addTo(server as Server, definition),
    },
  };
}
