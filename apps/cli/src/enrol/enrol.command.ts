import { Command, Option } from 'commander';
import { parseSeconds } from '../options.js';
import { natsOption } from '../policy/nats-option.js';
import { print } from '../print.js';
import { parsePlainText } from '../render/render-options.js';
import { UsageError } from '../usage-error.js';
import { applySecrets } from './apply-secrets.js';
import { withExitStatus, type EnrolError } from './enrol-error.js';
import { enrol, renew } from './enrol.js';
import { folderOption } from './folder-option.js';
import { readJoinToken } from './join-token-option.js';
import { NodeFolder } from './node-folder.js';
import type { SecretList } from './secret-list.js';

interface AskOptions {
  readonly folder: string;
  readonly nats: string;
  /** Seconds. */
  readonly wait: number;
}

interface JoinOptions extends AskOptions {
  readonly tokenFile?: string;
  readonly region?: string;
  readonly instanceId?: string;
}

export function enrolCommand(): Command {
  return addAskOptions(new Command('enrol'))
    .description("exchange a join token for this node's own secret and NATS credentials")
    .option('--token-file <file>', 'that holds the join token; SPILLWAY_JOIN_TOKEN unless given')
    .option('--region <region>', 'refuse to join if the token is for another one')
    .addOption(new Option('--instance-id <id>', 'of the machine, for who has to tell it').env('INSTANCE_ID'))
    .action((options: JoinOptions, command: Command) => withExitStatus(join(options, command)))
    .addCommand(renewCommand())
    .addCommand(applyCommand());
}

async function join(options: JoinOptions, command: Command): Promise<void> {
  const folder = new NodeFolder(options.folder);
  if (folder.isEnrolled) return print(command, `enrolled before: ${describe(folder.readSecrets())}`);
  const token = readJoinToken(options.tokenFile);
  const { nodeId, region, expiresAt } = await enrol(folder, {
    ...toEnrolOptions(options, command),
    ...options,
    token,
  });
  print(
    command,
    `enrolled: ${region}/${nodeId}; its credentials are in ${folder.path}, to be renewed by ${expiresAt}`,
  );
}

function renewCommand(): Command {
  return addAskOptions(new Command('renew'))
    .description('get credentials that last longer, and the secret of another epoch if there is one')
    .action((options: AskOptions, command: Command) => withExitStatus(renewNow(options, command)));
}

async function renewNow(options: AskOptions, command: Command): Promise<void> {
  print(
    command,
    `renewed: ${describe(await renew(new NodeFolder(options.folder), toEnrolOptions(options, command)))}`,
  );
}

interface ApplyOptions {
  readonly folder: string;
  readonly userdb?: string;
  readonly realm?: string;
}

function applyCommand(): Command {
  return new Command('apply')
    .description('tell coturn of the secrets there are, then routers which is in force')
    .option('--userdb <file>', 'SQLite file of coturn; without it, the relay was told before', parsePlainText)
    .option('--realm <name>', 'as in the configuration of coturn; goes with --userdb', parsePlainText)
    .addOption(folderOption())
    .action((options: ApplyOptions, command: Command) => withExitStatus(apply(options, command)));
}

async function apply({ folder, userdb, realm }: ApplyOptions, command: Command): Promise<void> {
  if ((userdb === undefined) !== (realm === undefined))
    throw new UsageError('give --userdb and --realm together');
  const database = userdb === undefined || realm === undefined ? undefined : { file: userdb, realm };
  const list = await applySecrets(new NodeFolder(folder), database, new Date());
  print(command, `applied: ${describe(list)}`);
}

function addAskOptions(command: Command): Command {
  return command
    .addOption(folderOption())
    .option('--wait <time>', 'how long to try before giving up', parseSeconds, 60)
    .addOption(natsOption());
}

function toEnrolOptions({ nats, wait }: AskOptions, command: Command) {
  const onRetry = ({ message }: EnrolError) =>
    command.configureOutput().writeErr?.(`spillway: ${message}; trying on\n`);
  return { nats, waitMs: wait * 1000, onRetry };
}

function describe({ region, nodeId, secrets: [first, ...others] }: SecretList): string {
  const earlier = others.map(({ epoch }) => epoch).join(', ');
  return `${region}/${nodeId}, secret of epoch ${first?.epoch}${earlier && `, beside that of ${earlier}`}`;
}
