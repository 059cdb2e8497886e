import { Inject, Injectable } from '@nestjs/common';
import {
  nodeCommandAnswerSchema,
  problemSchema,
  QUERY_NODE_COMMAND,
  type NodeCommandAnswer,
  type NodeCommandRequest,
} from '@spillway/contracts';
import { BUS, RequestError, type Bus, type BusMessage, type RequestErrorCode } from '@spillway/messaging';
import { ProblemError } from '../problem-error.js';

/** The autoscaler gives itself 10 s to have it on the log, through a failover of JetStream too. */
const ANSWER_MS = 15_000;
/** Seconds after which an autoscaler that was missing may be there: another takes over within 10. */
const RETRY_SECONDS = 10;

/** Orders to nodes. The autoscaler that leads puts them on the log; this asks it. */
@Injectable()
export class NodeOrders {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** @throws {ProblemError} the autoscaler's own; `no-autoscaler` when none answers. */
  async give(request: NodeCommandRequest): Promise<NodeCommandAnswer> {
    const answer = await this.ask(request);
    if (answer.headers['Nats-Service-Error-Code'] !== undefined) throw problemIn(answer);
    return read(answer, nodeCommandAnswerSchema);
  }

  private async ask(request: NodeCommandRequest): Promise<BusMessage> {
    try {
      return await this.bus.request(QUERY_NODE_COMMAND, { payload: request }, ANSWER_MS);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      throw new ProblemError('no-autoscaler', DETAILS[error.code], undefined, RETRY_SECONDS);
    }
  }
}

const UNSURE = 'the order may have been given: look at GET /v1/nodes. It is safe to repeat';
const DETAILS: Readonly<Record<RequestErrorCode, string>> = {
  'no-responders': 'No autoscaler is there to give the order: start one, or look why it does not run',
  timeout: `The autoscaler did not answer within ${ANSWER_MS / 1000} s; ${UNSURE}`,
  'link-down': 'This router has no link to NATS: ask another router, or look at the NATS server',
  'responder-failed': `The autoscaler failed, and its log says why; ${UNSURE}`,
  refused: 'NATS did not take the request: look at what this router may publish',
};

function problemIn(answer: BusMessage): ProblemError {
  const { code, detail, field } = read(answer, problemSchema);
  return new ProblemError(code, detail, field, code === 'no-autoscaler' ? RETRY_SECONDS : undefined);
}

function read<T>({ data }: BusMessage, schema: { parse(json: unknown): T }): T {
  return schema.parse(JSON.parse(new TextDecoder().decode(data)));
}
