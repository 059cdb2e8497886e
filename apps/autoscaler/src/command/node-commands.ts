import { randomUUID } from 'node:crypto';
import type { LoggerService } from '@nestjs/common';
import {
  AUTOSCALER_QUEUE,
  nodeCommandRequestSchema,
  QUERY_NODE_COMMAND,
  type NodeCommandAnswer,
} from '@spillway/contracts';
import type { FleetNode } from '@spillway/fleet';
import { RecordError, type Bus, type BusMessage, type OutgoingMessage } from '@spillway/messaging';
import type { z } from 'zod';
import { recordOrder, type Order } from '../execute/node-orders.js';
import { withLimit } from '../execute/with-limit.js';
import type { FleetView } from '../fleet/fleet-view.js';
import type { Term } from '../lease/term.js';
import { invalidRequest, RefusedError } from './problem.js';

/** Milliseconds an order may take to the log: a failover of JetStream fits in. Whoever asked waits longer. */
const RECORD_MS = 10_000;
/** Where the policy does not name the region of the node. */
const DRAIN_SECONDS = 3_600;

const UNSURE = 'It may be given all the same: look at the node. It is safe to repeat';

type Request = z.output<typeof nodeCommandRequestSchema>;

export interface NodeCommandParts {
  readonly bus: Bus;
  readonly view: FleetView;
  readonly term: Term;
  readonly logger: LoggerService;
  /** Milliseconds an order may take to the log; ten seconds unless given. */
  readonly recordMs?: number;
}

/** Puts operators' orders to nodes on the log, while this autoscaler leads. */
export class NodeCommands {
  constructor(private readonly parts: NodeCommandParts) {}

  respond(): Promise<{ stop(): Promise<void> }> {
    return this.parts.bus.respond(QUERY_NODE_COMMAND, AUTOSCALER_QUEUE, (request) => this.answer(request));
  }

  async answer(request: BusMessage): Promise<OutgoingMessage> {
    try {
      return { payload: await this.order(readRequest(request)) };
    } catch (error) {
      if (error instanceof RefusedError) return error.toMessage();
      const { term, logger } = this.parts;
      if (!term.isCurrent)
        return new RefusedError('no-autoscaler', 'Another autoscaler takes over').toMessage();
      logger.error(`An order to a node failed: ${String(error)}`, undefined, 'Commands');
      return new RefusedError('internal', 'The autoscaler could not do it; its log says why').toMessage();
    }
  }

  private async order(request: Request): Promise<NodeCommandAnswer> {
    const { view, term, logger } = this.parts;
    const node = findNode(view, request);
    term.ensureCurrent();
    const { region, nodeId } = node.heartbeat;
    const { command } = request;
    const drainSeconds = view.policy?.regions[region]?.scaling.drainDeadlineSeconds ?? DRAIN_SECONDS;
    const deadlineSeconds = command === 'drain' ? (request.deadlineSeconds ?? drainSeconds) : 0;
    const reason = [request.reason, command === 'drain' ? whatIsLost(view, node) : ''].filter(Boolean);
    const id = `operator-${randomUUID()}`;
    const order = { id, command, deadlineSeconds, reason: reason.join('; '), origin: 'operator' } as const;
    const position = await this.record(node, order);
    logger.log(`${region}: an operator's ${command} for ${nodeId}`, 'Commands');
    return { commandId: id, region, node: nodeId, position };
  }

  private async record(node: FleetNode, order: Order): Promise<number> {
    const { term, recordMs = RECORD_MS } = this.parts;
    try {
      return await withLimit(recordMs, term.signal, (limit) => recordOrder(this.parts, node, order, limit));
    } catch (error) {
      const isLate = error instanceof RecordError && error.code === 'aborted' && term.isCurrent;
      throw isLate
        ? new RefusedError('no-autoscaler', `NATS did not take the order in time. ${UNSURE}`)
        : error;
    }
  }
}

function readRequest({ data }: BusMessage): Request {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(data));
  } catch {
    throw new RefusedError('malformed-request', 'The request must be a JSON object');
  }
  const parsed = nodeCommandRequestSchema.safeParse(json);
  if (!parsed.success) throw invalidRequest(parsed.error);
  return parsed.data;
}

/** @throws {RefusedError} unless there is exactly one. */
function findNode({ fleet }: FleetView, { node: id, region }: Request): FleetNode {
  const named = [...fleet.nodes.values()].filter(({ heartbeat }) => heartbeat.nodeId === id);
  const found = region === undefined ? named : named.filter(({ heartbeat }) => heartbeat.region === region);
  const [node, second] = found;
  if (!node) {
    const where = region === undefined ? 'anywhere' : `in ${region}`;
    throw new RefusedError('not-found', `No node ${id} is known ${where}`);
  }
  if (!second) return node;
  const regions = found.map(({ heartbeat }) => heartbeat.region).join(', ');
  throw new RefusedError(
    'invalid-field',
    `region: ${id} is a node in each of ${regions}: name one`,
    'region',
  );
}

/** Operators decide; the log says what they took away. */
function whatIsLost({ fleet }: FleetView, { isUsable, heartbeat }: FleetNode): string {
  if (!isUsable) return '';
  const regions = [...fleet.regions.values()];
  if (regions.reduce((sum, { usable }) => sum + usable.length, 0) === 1)
    return 'the last usable node of the fleet';
  const usable = fleet.regions.get(heartbeat.region)?.usable.length;
  return usable === 1 ? 'the last usable node of its region' : '';
}
