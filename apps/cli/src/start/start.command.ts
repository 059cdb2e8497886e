import { Command } from 'commander';
import { print } from '../print.js';
import { parsePort, parseStateFolder, parseTurnPort, type StartOptions } from './options.js';
import { start } from './start.js';

export function startCommand(): Command {
  return new Command('start')
    .description(
      'run a whole system on this machine: NATS, three regions with a real coturn each, a router, an autoscaler',
    )
    .option('--state <folder>', 'where everything it writes is kept', parseStateFolder, '.spillway')
    .option('--http-port <port>', "the router's HTTP", parsePort, 8080)
    .option('--grpc-port <port>', "the router's gRPC", parsePort, 50_051)
    .option('--nats-port <port>', 'NATS; not used when NATS_URL names one that runs already', parsePort, 4222)
    .option(
      '--turn-port <port>',
      'the first TURN port; each region takes three, ten apart, and added nodes the next 18',
      parseTurnPort,
      3478,
    )
    .option(
      '--policy <file>',
      'the policy to put in force (default: the one in force, or deploy/policy.demo.yaml where there is none)',
    )
    .option('--check', 'make an allocation through every region, say what came of it, and stop')
    .action(async (options: StartOptions, command: Command) => {
      await start(options, (text) => print(command, text));
    });
}
