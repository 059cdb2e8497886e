import { iceServersRequestSchema, MAX_COUNT, TRANSPORTS, type IceServersRequest } from '@spillway/contracts';
import { Command } from 'commander';
import { parseInteger, parseList } from '../options.js';
import { print } from '../print.js';
import { askIceServers, routerOptions, type RouterAccess } from '../router-client.js';
import { UsageError } from '../usage-error.js';
import { describeAnswer, labelled } from './describe-answer.js';
import { AllocationsFailedError, describeAttempt, tryAnswer, type Attempt } from './try-answer.js';

interface IceOptions extends RouterAccess {
  ip?: string;
  user?: string;
  region?: string;
  require?: string[];
  count?: number;
  ttl?: number;
  transports?: string[];
  json?: true;
  try?: true;
}

/** The option a field of the request comes from. */
const OPTION_OF_FIELD: Readonly<Record<string, string>> = {
  clientIp: '--ip',
  userId: '--user',
  'region.prefer': '--region',
  'region.require': '--require',
  count: '--count',
  ttlSeconds: '--ttl',
  transports: '--transports',
};

export function iceCommand(): Command {
  const command = new Command('ice')
    .description('ask the router which relay serves a client, and why')
    .option('--ip <address>', "the client's IPv4 or IPv6 address, instead of our own")
    .option('--user <id>', 'whom the credential is for')
    .option('--region <region>', 'the region to try first while it has room')
    .option('--require <regions>', 'the only regions that may serve, comma list', parseList)
    .option('--count <n>', `nodes wanted, at most ${MAX_COUNT}`, parseInteger)
    .option('--ttl <seconds>', 'how long the credential is valid', parseInteger)
    .option('--transports <list>', `transports the client can use, of ${TRANSPORTS.join(',')}`, parseList)
    .option('--json', "the router's answer as it is")
    .option('--try', 'make a real TURN allocation by every URL, and release it');
  for (const option of routerOptions()) command.addOption(option);
  return command.action(showIceServers);
}

async function showIceServers(options: IceOptions, command: Command): Promise<void> {
  const answer = await askIceServers(options, toRequest(options));
  if (!options.json) print(command, describeAnswer(answer));
  const attempts = options.try ? await tryAnswer(answer) : undefined;
  if (options.json) print(command, JSON.stringify(attempts ? { ...answer, attempts } : answer, null, 2));
  else if (attempts) print(command, labelled('tried', attempts.map(describeAttempt)).join('\n'));
  if (attempts?.some(({ failure }: Attempt) => failure !== undefined))
    throw new AllocationsFailedError(attempts);
}

function toRequest(options: IceOptions): IceServersRequest {
  const { ip, user, region, require, count, ttl, transports } = options;
  const request = {
    ...(ip !== undefined && { clientIp: ip }),
    ...(user !== undefined && { userId: user }),
    ...((region ?? require) !== undefined && {
      region: { ...(region !== undefined && { prefer: region }), ...(require && { require }) },
    }),
    ...(count !== undefined && { count }),
    ...(ttl !== undefined && { ttlSeconds: ttl }),
    ...(transports && { transports }),
  };
  const parsed = iceServersRequestSchema.safeParse(request);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const field = path.filter((part) => typeof part === 'string').join('.');
    return `${OPTION_OF_FIELD[field] ?? field}: ${message}`;
  });
  throw new UsageError(problems.join('; '));
}
