import type { NodeCommandAnswer, NodeCommandRequest } from '@spillway/contracts';
import { Command } from 'commander';
import { interruptible } from '../log/interrupted.js';
import { parseSeconds } from '../options.js';
import { natsOption } from '../policy/nats-option.js';
import { print } from '../print.js';
import { withBus } from '../with-bus.js';
import { awaitDrain } from './await-drain.js';
import { orderNode } from './order-node.js';

interface OrderOptions {
  readonly region?: string;
  readonly reason?: string;
  readonly nats: string;
}
interface DrainOptions extends OrderOptions {
  readonly deadline?: number;
  readonly wait?: true;
}

export function drainCommand(): Command {
  return orderCommand(
    'drain',
    'take a node out of service: no new clients, what runs on it goes on until it ends',
  )
    .option(
      '--deadline <time>',
      "such as 10m; what runs then does not count (default: the region's)",
      parseSeconds,
    )
    .option('--wait', 'say how it goes until it is over')
    .action(async (node: string, options: DrainOptions, command: Command) => {
      const { deadline, wait, nats } = options;
      const request = {
        ...requestOf('drain', node, options),
        ...(deadline !== undefined && { deadlineSeconds: deadline }),
      };
      const say = (line: string) => print(command, line);
      await interruptible('an order that was given stands, and the drain goes on', (interrupted) =>
        withBus(
          nats,
          async (bus, signal) => {
            const order = await orderNode(bus, request);
            say(describe('drain', order));
            if (wait) await awaitDrain(bus, order, say, signal);
          },
          { signal: interrupted, ...(wait && { workMs: Infinity }) },
        ),
      );
    });
}

export function undrainCommand(): Command {
  return orderCommand('undrain', 'take a node back into service').action(
    async (node: string, options: OrderOptions, command: Command) => {
      const order = await withBus(options.nats, (bus) => orderNode(bus, requestOf('undrain', node, options)));
      print(command, describe('undrain', order));
    },
  );
}

function orderCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<node>', 'the id of the node')
    .option('--region <region>', 'its region, needed when two regions have a node of this name')
    .option('--reason <text>', 'kept on the log')
    .addOption(natsOption());
}

function requestOf(
  command: NodeCommandRequest['command'],
  node: string,
  options: OrderOptions,
): NodeCommandRequest {
  const { region, reason } = options;
  return { command, node, ...(region !== undefined && { region }), ...(reason !== undefined && { reason }) };
}

const describe = (what: string, { region, node, commandId, position }: NodeCommandAnswer) =>
  `${what} of ${region}/${node} ordered (${commandId}, log position ${position})`;
