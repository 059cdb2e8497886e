import type { Metadata, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod, GrpcStreamCall } from '@nestjs/microservices';
import { distinctUntilChanged, interval, map, startWith, type Observable } from 'rxjs';
import { ApiKeys, requireScope } from '../auth/api-keys.js';
import { FleetReport } from '../fleet/fleet-report.js';
import { ProblemError } from '../problem-error.js';
import { RequestGate } from '../request-gate.js';
import { grpcProblem } from './grpc-problem.js';
import { fromGrpc, toGrpcAnswer, toGrpcRegions, type GrpcIceServersRequest } from './messages.js';
import { peerAddress } from './peer.js';

interface StreamRequest {
  id?: string;
  request?: GrpcIceServersRequest;
}

/** Milliseconds between two looks at the regions for a watcher. */
const WATCH_MS = 1_000;
/** Requests of one stream answered at a time; more wait in the connection's own flow control. */
const MAX_IN_FLIGHT = 256;

/** `spillway.v1.IceService`. */
@Controller()
export class IceGrpcController {
  constructor(
    private readonly gate: RequestGate,
    private readonly keys: ApiKeys,
    private readonly report: FleetReport,
  ) {}

  @GrpcMethod('IceService', 'GetIceServers')
  async getIceServers(
    request: GrpcIceServersRequest,
    metadata: Metadata,
    call: ServerUnaryCall<unknown, unknown>,
  ): Promise<object> {
    try {
      return await this.answer(request, metadata, call.getPeer());
    } catch (error) {
      throw grpcProblem(error);
    }
  }

  @GrpcStreamCall('IceService', 'StreamIceServers')
  streamIceServers(call: ServerDuplexStream<StreamRequest, unknown>): void {
    const { metadata } = call;
    const peer = call.getPeer();
    let turn: Promise<unknown> = Promise.resolve();
    let inFlight = 0;
    call.on('data', ({ id = '', request = {} }: StreamRequest) => {
      if (++inFlight >= MAX_IN_FLIGHT) call.pause();
      const result = this.answer(request, metadata, peer).then(
        (answer) => ({ id, answer }),
        (error: unknown) => ({ id, problem: streamProblem(error) }),
      );
      turn = Promise.all([result, turn]).then(([message]) => {
        call.write(message);
        if (inFlight-- === MAX_IN_FLIGHT) call.resume();
      });
    });
    call.on('end', () => void turn.then(() => call.end()));
    call.on('error', () => call.end());
  }

  @GrpcMethod('IceService', 'WatchRegions')
  watchRegions(
    _request: object,
    metadata: Metadata,
    call: ServerUnaryCall<unknown, unknown>,
  ): Observable<object> {
    try {
      requireScope(this.keys.authenticate(authorizationOf(metadata), peerAddress(call.getPeer())), 'issue');
    } catch (error) {
      throw grpcProblem(error);
    }
    return interval(WATCH_MS).pipe(
      startWith(0),
      map(() => this.report.regions()),
      distinctUntilChanged((a, b) => JSON.stringify(a.regions) === JSON.stringify(b.regions)),
      map(toGrpcRegions),
    );
  }

  private async answer(request: GrpcIceServersRequest, metadata: Metadata, peer: string): Promise<object> {
    const address = peerAddress(peer);
    const answer = await this.gate.iceServers({
      face: 'grpc',
      authorization: authorizationOf(metadata),
      peer: address,
      client: address,
      body: fromGrpc(request),
    });
    return toGrpcAnswer(answer);
  }
}

function authorizationOf(metadata: Metadata): string | undefined {
  const [value] = metadata.get('authorization');
  return typeof value === 'string' ? value : undefined;
}

function streamProblem(error: unknown): object {
  const problem = error instanceof ProblemError ? error : new ProblemError('internal', 'The router failed');
  const { code, status, detail, field } = problem.toProblem();
  return { code, status, detail, ...(field !== undefined && { field }) };
}
