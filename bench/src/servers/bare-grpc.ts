import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { iceServiceDefinition } from '../load/ice-service.js';
import { answerLike } from './answer-like.js';
import { reportToParent } from './child.js';

interface Request {
  readonly userId: string;
}
interface StreamRequest {
  readonly id: string;
  readonly request: Request;
}

const server = new Server();
server.addService(iceServiceDefinition(), {
  getIceServers: ({ request }: ServerUnaryCall<Request, object>, done: sendUnaryData<object>) =>
    done(null, answerLike(request.userId)),
  streamIceServers: (call: ServerDuplexStream<StreamRequest, object>) => {
    call.on('data', ({ id, request }: StreamRequest) =>
      call.write({ id, answer: answerLike(request.userId) }),
    );
    call.on('end', () => call.end());
  },
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  reportToParent(port);
});
