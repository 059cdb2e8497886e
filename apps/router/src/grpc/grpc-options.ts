import { ReflectionService } from '@grpc/reflection';
import { Transport, type GrpcOptions } from '@nestjs/microservices';
import { ICE_PROTO } from '@spillway/contracts';
import { HealthImplementation } from 'grpc-health-check';

/** Bytes a request may have. */
const MAX_MESSAGE_BYTES = 16 * 1024;
const SERVICE = 'spillway.v1.IceService';

/** The standard health service, told what readiness says. */
export class GrpcHealth {
  readonly implementation = new HealthImplementation({ '': 'NOT_SERVING', [SERVICE]: 'NOT_SERVING' });

  set(isReady: boolean): void {
    const status = isReady ? 'SERVING' : 'NOT_SERVING';
    this.implementation.setStatus('', status);
    this.implementation.setStatus(SERVICE, status);
  }
}

/** gRPC with the standard health and reflection services beside our own. */
export function grpcOptions(url: string, health: GrpcHealth): GrpcOptions {
  return {
    transport: Transport.GRPC,
    options: {
      url,
      package: ICE_PROTO.package,
      protoPath: ICE_PROTO.path,
      loader: { keepCase: false, longs: Number, enums: String, arrays: true, oneofs: false },
      maxReceiveMessageLength: MAX_MESSAGE_BYTES,
      gracefulShutdown: true,
      onLoadPackageDefinition: (definition, server) => {
        health.implementation.addToServer(server as never);
        new ReflectionService(definition).addToServer(server as never);
      },
    },
  };
}
