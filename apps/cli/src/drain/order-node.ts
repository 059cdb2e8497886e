import {
  nodeCommandAnswerSchema,
  problemSchema,
  QUERY_NODE_COMMAND,
  type NodeCommandAnswer,
  type NodeCommandRequest,
} from '@spillway/contracts';
import { RequestError, type Bus } from '@spillway/messaging';

/** The autoscaler was asked to give an order to a node, and did not. */
export class OrderError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'OrderError';
  }
}

/** The autoscaler gives itself 10 s to have it on the log, through a failover of JetStream too. */
const ANSWER_MS = 15_000;

/**
 * Has a drain or undrain put on the log by the active autoscaler.
 * @throws {OrderError} when none is there, or it refuses: `code` is the problem's.
 */
export async function orderNode(bus: Bus, request: NodeCommandRequest): Promise<NodeCommandAnswer> {
  const answer = await bus
    .request(QUERY_NODE_COMMAND, { payload: request }, ANSWER_MS)
    .catch((error: unknown) => {
      throw error instanceof RequestError ? explain(error) : error;
    });
  const json: unknown = JSON.parse(new TextDecoder().decode(answer.data));
  if (answer.headers['Nats-Service-Error-Code'] === undefined) return nodeCommandAnswerSchema.parse(json);
  const problem = problemSchema.safeParse(json);
  const { code, detail } = problem.data ?? { code: 'refused', detail: JSON.stringify(json) };
  throw new OrderError(code, `the autoscaler refuses: ${detail}`);
}

function explain(error: RequestError): OrderError {
  const what =
    error.code === 'no-responders'
      ? 'no autoscaler is there to give the order: start one (spillway start does)'
      : `no answer of an autoscaler: ${error.message}. The order may have been given; it is safe to repeat`;
  return new OrderError(error.code, what, { cause: error });
}
