import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { QUERY_ICE_SERVERS, ROUTER_QUEUE } from '@spillway/contracts';
import { BUS, type Bus, type BusMessage, type OutgoingMessage } from '@spillway/messaging';
import { ProblemError } from '../problem-error.js';
import { RequestGate } from '../request-gate.js';

const utf8 = new TextDecoder();

/**
 * The same question as a NATS request, in the queue group of all routers. The header `authorization` carries the
 * API key. A refusal answers with the problem document and the error headers of the NATS service API (ADR-32). Straight
 * from the bus: by Nest's way an answer would wait for a dozen promises that have nothing to wait for.
 */
@Injectable()
export class IceQuery implements OnApplicationBootstrap, OnModuleDestroy {
  private responding: Promise<{ stop(): Promise<void> }> | undefined;

  constructor(
    private readonly gate: RequestGate,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /** Does not wait for NATS: it may come later. */
  onApplicationBootstrap(): void {
    this.responding = this.bus.respond(QUERY_ICE_SERVERS, ROUTER_QUEUE, (request) => this.answer(request));
  }

  async onModuleDestroy(): Promise<void> {
    await (await this.responding)?.stop();
  }

  private answer({ data, headers }: BusMessage): OutgoingMessage {
    try {
      const payload = this.gate.iceServers({
        face: 'nats',
        connection: undefined,
        authorization: headers['authorization'],
        peer: undefined,
        client: undefined,
        body: bodyOf(utf8.decode(data)),
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

/** An empty one asks for everything as it is; of what is no JSON the text itself, which the schema then refuses. */
function bodyOf(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
