import type { handleUnaryCall, Metadata, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import { Controller, Inject, type OnModuleDestroy } from '@nestjs/common';
import { GrpcMethod, GrpcStreamCall } from '@nestjs/microservices';
import {
  distinctUntilChanged,
  interval,
  map,
  merge,
  mergeMap,
  ReplaySubject,
  startWith,
  throwError,
  type Observable,
} from 'rxjs';
import { ApiKeys, requireScope } from '../auth/api-keys.js';
import { ROUTER_CONFIG, type RouterConfig } from '../config.js';
import { DecisionExplainer } from '../decisions/decision-explainer.js';
import { decisionIdOf } from '../decisions/decision-id.js';
import { toGrpcExplanation } from '../decisions/grpc-explanation.js';
import { FleetReport } from '../fleet/fleet-report.js';
import { ProblemError } from '../problem-error.js';
import { RequestGate, type FaceRequest } from '../request-gate.js';
import { grpcProblem, grpcStatus } from './grpc-problem.js';
import {
  fromGrpc,
  toGrpcAnswer,
  toGrpcRegions,
  type GrpcIceServersRequest,
  type GrpcRegions,
} from './messages.js';
import { peerReader, textOf } from './peer.js';

interface StreamRequest {
  id?: string;
  request?: GrpcIceServersRequest;
}

type GrpcCaller = Omit<FaceRequest, 'face' | 'body'>;

/** Milliseconds between two looks at the regions for a watcher. */
const WATCH_MS = 1_000;

/** `spillway.v1.IceService`. */
@Controller()
export class IceGrpcController implements OnModuleDestroy {
  private readonly stopping = new ReplaySubject<void>(1);
  private readonly readPeer: ReturnType<typeof peerReader>;

  constructor(
    private readonly gate: RequestGate,
    private readonly keys: ApiKeys,
    private readonly report: FleetReport,
    private readonly explainer: DecisionExplainer,
    @Inject(ROUTER_CONFIG) config: RouterConfig,
  ) {
    this.readPeer = peerReader(config.TRUSTED_PROXIES);
  }

  /** `GetIceServers`, past Nest: see `GrpcEdge.answer`. */
  readonly getIceServers: handleUnaryCall<object, object> = (call, done) => {
    try {
      done(null, this.answer(call.request, this.callerOf(call.metadata, call.getPeer(), undefined)));
    } catch (error) {
      done(grpcStatus(error));
    }
  };

  @GrpcStreamCall('IceService', 'StreamIceServers')
  streamIceServers(call: ServerDuplexStream<StreamRequest, unknown>): void {
    // The metadata of a stream is one for all its requests.
    const caller = this.callerOf(call.metadata, call.getPeer(), call.metadata);
    call.on('data', ({ id = '', request = {} }: StreamRequest) => {
      if (!call.write(this.result(id, request, caller))) call.pause();
    });
    call.on('drain', () => call.resume());
    call.on('end', () => call.end());
    call.on('error', () => call.end());
    const stopping = this.stopping.subscribe(() =>
      call.emit('error', grpcProblem(stoppingError()).getError()),
    );
    call.on('close', () => stopping.unsubscribe());
  }

  @GrpcMethod('IceService', 'WatchRegions')
  watchRegions(
    _request: object,
    metadata: Metadata,
    call: ServerUnaryCall<unknown, unknown>,
  ): Observable<object> {
    const { peer } = this.readPeer(call.getPeer(), metadata);
    const snapshots = interval(WATCH_MS).pipe(
      startWith(0),
      map(() => this.regionsFor(metadata, peer)),
      distinctUntilChanged((a, b) => JSON.stringify(a.regions) === JSON.stringify(b.regions)),
    );
    const end = this.stopping.pipe(mergeMap(() => throwError(() => grpcProblem(stoppingError()))));
    return merge(snapshots, end);
  }

  @GrpcMethod('IceService', 'ExplainDecision')
  async explainDecision(
    { decisionId }: { decisionId?: string },
    metadata: Metadata,
    call: ServerUnaryCall<unknown, unknown>,
  ): Promise<object> {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort(new Error('nobody waits for it any more')));
    try {
      const { peer } = this.readPeer(call.getPeer(), metadata);
      requireScope(this.keys.authenticate(textOf(metadata, 'authorization'), peer), 'admin');
      const id = decisionIdOf(decisionId, 'decision_id');
      return toGrpcExplanation(await this.explainer.explain(id, gone.signal));
    } catch (error) {
      throw grpcProblem(error);
    }
  }

  /** Ends the streams that clients hold open, for the server's end waits for them. */
  onModuleDestroy(): void {
    this.stopping.next();
  }

  /** What the key may see: it may be a tenant's, and be taken back while it watches. */
  private regionsFor(metadata: Metadata, peer: string | undefined): GrpcRegions {
    try {
      const principal = this.keys.authenticate(textOf(metadata, 'authorization'), peer);
      requireScope(principal, 'issue');
      return toGrpcRegions(this.report.regions({ only: principal.tenant?.regions }));
    } catch (error) {
      throw grpcProblem(error);
    }
  }

  private result(id: string, request: GrpcIceServersRequest, caller: GrpcCaller): object {
    try {
      return { id, answer: this.answer(request, caller) };
    } catch (error) {
      return { id, problem: streamProblem(error) };
    }
  }

  private callerOf(metadata: Metadata, address: string, connection: object | undefined): GrpcCaller {
    const authorization = textOf(metadata, 'authorization');
    const { peer, client } = this.readPeer(address, metadata);
    return { connection, authorization, peer, client };
  }

  private answer(
    request: GrpcIceServersRequest,
    { connection, authorization, peer, client }: GrpcCaller,
  ): object {
    const body = fromGrpc(request);
    return toGrpcAnswer(
      this.gate.iceServers({ face: 'grpc', connection, authorization, peer, client, body }),
    );
  }
}

/** Tells a client to go to another router. */
function stoppingError(): ProblemError {
  return new ProblemError('not-ready', 'This router is stopping');
}

function streamProblem(error: unknown): object {
  const problem = error instanceof ProblemError ? error : new ProblemError('internal', 'The router failed');
  const { code, status, detail, field } = problem.toProblem();
  return { code, status, detail, ...(field !== undefined && { field }) };
}
