import { randomBytes } from 'node:crypto';
import { TOKEN_PATTERN } from '@spillway/contracts';
import { issueJoinToken, joinName } from '@spillway/nats-access';
import { Command, InvalidArgumentError } from 'commander';
import { KeyFolder, replaceFile } from '../keys/key-folder.js';
import { keysOption } from '../keys/keys-option.js';
import { parseInteger, parseSeconds } from '../options.js';
import { print } from '../print.js';
import { UsageError } from '../usage-error.js';

interface TokenOptions {
  readonly keys: string;
  readonly region: string;
  readonly uses: number;
  /** Seconds. */
  readonly ttl: number;
  readonly prefix?: string;
  readonly node?: string;
  readonly out?: string;
}

/** Of the record of one token, which is read and written whole at each use. */
const MAX_USES = 1000;
/** With room for what makes each name its own. */
const MAX_PREFIX = 48;

export function tokenCommand(): Command {
  const create = new Command('create')
    .description('make a token with which a new node can enrol; take it back with spillway keys revoke')
    .requiredOption('--region <region>', 'where the node is, as in the policy', parseToken)
    .option('--uses <n>', 'how many nodes may enrol with it', parseUses, 1)
    .option('--ttl <time>', 'for how long, such as 1h', parseTtl, 3600)
    .option('--prefix <text>', 'names of nodes begin with it (default: the region)', parseToken)
    .option('--node <id>', 'the one node it is for, also to build that anew', parseToken)
    .option('--out <file>', 'write it there, readable for its owner alone, instead of to the terminal')
    .addOption(keysOption())
    .action(async (options: TokenOptions, command: Command) => {
      for (const line of await createToken(options)) print(command, line);
    });
  return new Command('token').description('join tokens, with which nodes enrol').addCommand(create);
}

/** @returns what to say. */
async function createToken(options: TokenOptions): Promise<string[]> {
  const { keys, region, uses, ttl, prefix = region, node: nodeId, out } = options;
  if (nodeId !== undefined && uses !== 1) throw new UsageError('--node: a token for one node has one use');
  if (prefix.length > MAX_PREFIX)
    throw new UsageError(`--prefix must have ${MAX_PREFIX} characters or fewer`);
  const folder = new KeyFolder(keys);
  const now = Math.floor(Date.now() / 1000);
  const name = randomBytes(8).toString('hex');
  const expiresAt = now + ttl;
  const signing = {
    account: folder.readDirectory().accounts.nodes,
    signerSeed: folder.readSignerSeed('join'),
    expiresAt,
  };
  const { id, token } = await issueJoinToken(name, { region, uses, prefix, nodeId }, signing);
  folder.remember({ name: joinName(name), id, issuedAt: now, expiresAt });
  if (out === undefined) return [token];
  replaceFile(out, `${token}\n`, 0o600);
  const nodes = uses === 1 ? 'one node' : `${uses} nodes`;
  return [
    `${out}: join token ${joinName(name)} for ${nodes} in ${region}, until ${new Date(expiresAt * 1000).toISOString()}`,
  ];
}

function parseToken(text: string): string {
  if (TOKEN_PATTERN.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 64 of the characters A-Z a-z 0-9 _ -');
}

function parseUses(text: string): number {
  const uses = parseInteger(text);
  if (uses >= 1 && uses <= MAX_USES) return uses;
  throw new InvalidArgumentError(`It must be 1 to ${MAX_USES}.`);
}

function parseTtl(text: string): number {
  const seconds = parseSeconds(text);
  if (seconds >= 1) return seconds;
  throw new InvalidArgumentError('It must be 1s or more.');
}
