import { Injectable, Logger } from '@nestjs/common';
import type { IceServersAnswer } from '@spillway/contracts';
import { ApiKeys } from './auth/api-keys.js';
import { RateLimits } from './auth/rate-limits.js';
import { IceServersService } from './issue/ice-servers.service.js';
import { ProblemError } from './problem-error.js';
import { RouterMetrics, type Face } from './router-metrics.js';

/** A request as every face brings it. */
export interface FaceRequest {
  readonly face: Face;
  readonly authorization: string | undefined;
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
  async iceServers({ face, authorization, peer, client, body }: FaceRequest): Promise<IceServersAnswer> {
    const startedAt = performance.now();
    try {
      const principal = this.keys.authenticate(authorization, peer);
      await this.limits.take(principal, client);
      const answer = this.service.answer(body, { principal, address: client });
      this.metrics.answered(face, answer, startedAt);
      return answer;
    } catch (error) {
      const problem = this.asProblem(error);
      this.metrics.failed(face, problem.code, startedAt);
      throw problem;
    }
  }

  private asProblem(error: unknown): ProblemError {
    if (error instanceof ProblemError) return error;
    this.logger.error(error instanceof Error ? error.stack : error);
    return new ProblemError('internal', 'The router could not answer; its log says why');
  }
}
