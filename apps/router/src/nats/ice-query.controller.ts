import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { QUERY_ICE_SERVERS } from '@spillway/contracts';
import type { OutgoingMessage } from '@spillway/messaging';
import { RequestContext } from '@spillway/messaging/nest';
import { ProblemError } from '../problem-error.js';
import { RequestGate } from '../request-gate.js';

/**
 * The same question as a NATS request, in the queue group of all routers. The header `authorization` carries the
 * API key. A refusal answers with the problem document and the error headers of the NATS service API (ADR-32).
 */
@Controller()
export class IceQueryController {
  constructor(private readonly gate: RequestGate) {}

  @MessagePattern(QUERY_ICE_SERVERS)
  iceServers(@Payload() body: unknown, @Ctx() context: RequestContext): OutgoingMessage {
    try {
      const payload = this.gate.iceServers({
        face: 'nats',
        connection: undefined,
        authorization: context.headers['authorization'],
        peer: undefined,
        client: undefined,
        body: body === undefined ? {} : body,
      });
      return { payload };
    } catch (error) {
      const problem = (error as ProblemError).toProblem();
      return {
        payload: problem,
        headers: {
          'Nats-Service-Error-Code': String(problem.status),
          'Nats-Service-Error': problem.code,
        },
      };
    }
  }
}
