import { Injectable, Logger } from '@nestjs/common';
import type { IceServersAnswer } from '@spillway/contracts';
import { ApiKeys, type Principal } from './auth/api-keys.js';
import { RateLimits } from './auth/rate-limits.js';
import { IceServersService } from './issue/ice-servers.service.js';
import { ProblemError } from './problem-error.js';
import { RouterMetrics, type Face } from './router-metrics.js';

/** A request as every face brings it. */
export interface FaceRequest {
  readonly face: Face;
  readonly authorization: string | undefined;
  /** What stays the same for all requests of one connection; `undefined` where every request stands alone. */
  readonly connection: object | undefined;
  /** The other end of the connection; `undefined` where there is none (NATS). */
  readonly peer: string | undefined;
  /** The client's address as far as the transport tells; `undefined` where it does not. */
  readonly client: string | undefined;
  readonly body: unknown;
}

/** The same way in for every face: who is it, how often, what does it want; and the same count of it all. */
@Injectable()
export class RequestGate {
  private readonly logger = new Logger('IceServers');

  constructor(
    private readonly keys: ApiKeys,
    private readonly limits: RateLimits,
    private readonly service: IceServersService,
    private readonly metrics: RouterMetrics,
  ) {}

  /** @throws {ProblemError} and nothing else. */
  iceServers(request: FaceRequest): IceServersAnswer {
    const { face, client, body } = request;
    const startedAt = performance.now();
    let tenant: string | undefined;
    try {
      const principal = this.authenticate(request);
      tenant = principal.tenant?.name;
      this.limits.take(principal, client);
      const answer = this.service.answer(body, { principal, address: client });
      this.metrics.answered(face, tenant, answer, startedAt);
      return answer;
    } catch (error) {
      const problem = this.asProblem(error);
      this.metrics.failed(face, tenant, problem.code, startedAt);
      throw problem;
    }
  }

  private authenticate({ connection, authorization, peer }: FaceRequest): Principal {
    return connection
      ? this.keys.authenticateConnection(connection, authorization, peer)
      : this.keys.authenticate(authorization, peer);
  }

  private asProblem(error: unknown): ProblemError {
    if (error instanceof ProblemError) return error;
    this.logger.error(error instanceof Error ? error.stack : error);
    return new ProblemError('internal', 'The router could not answer; its log says why');
  }
}
