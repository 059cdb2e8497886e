import {
  AUTOSCALER_QUEUE,
  nodeCommandRequestSchema,
  QUERY_NODE_COMMAND,
  type NodeCommandAnswer,
} from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';
import { ProblemError } from '../problem-error.js';

/** Stands in for the active autoscaler: checks what it is asked, keeps it, and answers as it is told to. */
export async function startStandIn(
  bus: Bus,
  answer: () => NodeCommandAnswer | ProblemError,
): Promise<{ readonly asked: unknown[]; readonly stop: () => Promise<void> }> {
  const asked: unknown[] = [];
  const responder = await bus.respond(QUERY_NODE_COMMAND, AUTOSCALER_QUEUE, async ({ data }) => {
    asked.push(nodeCommandRequestSchema.parse(JSON.parse(new TextDecoder().decode(data))));
    const payload = answer();
    if (!(payload instanceof ProblemError)) return { payload };
    const headers = { 'Nats-Service-Error-Code': `${payload.status}`, 'Nats-Service-Error': payload.code };
    return { payload: payload.toProblem(), headers };
  });
  return { asked, stop: () => responder.stop() };
}

export const AN_ANSWER: NodeCommandAnswer = {
  commandId: 'operator-1',
  region: 'us-east-1',
  node: 'us-east-1-1',
  position: 41,
};
