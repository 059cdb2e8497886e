import { tokenSchema } from '@spillway/contracts';
import type { NodeConfig } from '@spillway/local-nodes';
import { deriveNodeSecret } from '@spillway/turn';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { NodeFolder } from '../enrol/node-folder.js';
import { parseInteger } from '../options.js';
import { UsageError } from '../usage-error.js';
import { readMasterSecret } from './master-secret.js';

/** Where a node's secret comes from: made of the master here, or as it was enrolled. */
export interface SecretSource {
  node?: string;
  epoch: number;
  master?: string;
  enrolled?: string;
}

export function addSecretOptions(command: Command): Command {
  return command
    .option('--node <id>', 'the node, as its reporter calls it', parseNodeId)
    .option('--epoch <n>', 'generation of the node secret; raise it to rotate', parseEpoch, 1)
    .option('--master <secret>', 'master secret; better set TURN_MASTER_SECRET or TURN_MASTER_SECRET_FILE')
    .addOption(
      new Option('--enrolled <folder>', 'of spillway enrol, in place of the three above').conflicts([
        'node',
        'master',
      ]),
    );
}

/** @throws {UsageError}; {EnrolError} when the folder is none of a node. */
export function readNodeSecrets(
  options: SecretSource,
): Pick<NodeConfig, 'nodeId' | 'secret' | 'earlierSecrets'> {
  if (options.enrolled === undefined) return { nodeId: nodeOf(options), secret: deriveSecret(options) };
  const { nodeId, secrets } = new NodeFolder(options.enrolled).readSecrets();
  const [secret = '', ...earlierSecrets] = secrets.map((each) => each.secret);
  return { nodeId, secret, earlierSecrets };
}

/** @throws {UsageError} */
export function deriveSecret(options: SecretSource): string {
  const node = nodeOf(options);
  return deriveNodeSecret(readMasterSecret(options.master), node, options.epoch);
}

function nodeOf({ node }: SecretSource): string {
  if (node !== undefined) return node;
  throw new UsageError('give --node, or --enrolled with the folder of spillway enrol');
}

function parseEpoch(text: string): number {
  const epoch = parseInteger(text);
  if (epoch < 1) throw new InvalidArgumentError('It must be 1 or more.');
  return epoch;
}

function parseNodeId(text: string): string {
  if (!tokenSchema.safeParse(text).success) {
    throw new InvalidArgumentError('It must be 1 to 64 of the characters A-Z a-z 0-9 _ -');
  }
  return text;
}
