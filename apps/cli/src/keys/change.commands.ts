import { newAccountKey, ROLES, type Directory, type Role } from '@spillway/nats-access';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { natsOption } from '../policy/nats-option.js';
import { print } from '../print.js';
import { withBus } from '../with-bus.js';
import { parseName } from './identity.js';
import { KeyFolder } from './key-folder.js';
import { keysOption } from './keys-option.js';
import { pushAccounts } from './push.js';
import { revoke, revokeKey } from './revoke.js';
import { writeServerFiles } from './server-files.js';

const PUSH = 'nothing has changed for the servers yet: spillway keys push';

export function revokeCommand(): Command {
  return new Command('revoke')
    .description('take credentials back, all that were issued for a name; servers know it after a push')
    .argument('<name>', 'as in spillway keys list', parseName)
    .option('--keep-newest', 'all but those that were issued last')
    .addOption(
      new Option('--key <public key>', 'those made out to it, also if they were not issued from here')
        .argParser(parseUserKey)
        .conflicts('keepNewest'),
    )
    .addOption(keysOption())
    .action(async (name: string, options: RevokeOptions, command: Command) => {
      const folder = new KeyFolder(options.keys);
      const { directory, keys } = withoutThem(folder, name, options);
      await writeServerFiles(folder, directory);
      for (const key of keys) print(command, `revoked: ${name} (${key})`);
      print(command, PUSH);
    });
}

interface RevokeOptions {
  readonly keys: string;
  readonly keepNewest?: boolean;
  readonly key?: string;
}

function withoutThem(folder: KeyFolder, name: string, { key, keepNewest = false }: RevokeOptions) {
  const now = Math.floor(Date.now() / 1000);
  const before = folder.readDirectory();
  if (key !== undefined) return { directory: revokeKey(before, name, key, now), keys: [key] };
  const { directory, revoked } = revoke(before, folder.readIssued(), name, keepNewest, now);
  return { directory, keys: revoked.map(({ id }) => id) };
}

function parseUserKey(text: string): string {
  if (/^U[A-Z2-7]{55}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be a user's public key, which begins with U.");
}

export function rotateCommand(): Command {
  return new Command('rotate')
    .description('a new signing key for a role; what the old one signed is taken until it is retired')
    .addArgument(roleArgument())
    .addOption(keysOption())
    .action(async (role: Role, { keys }: { keys: string }, command: Command) => {
      const folder = new KeyFolder(keys);
      const directory = folder.readDirectory();
      const { seed, id } = newAccountKey();
      await writeServerFiles(folder, withSigners(directory, role, [...directory.signers[role], id]));
      folder.writeSignerSeed(role, seed);
      print(command, `${role}: ${id} signs from now on; what it signs is not taken before a push`);
    });
}

export function retireCommand(): Command {
  return new Command('retire')
    .description('take back all that earlier signing keys of a role signed; servers know it after a push')
    .addArgument(roleArgument())
    .addOption(keysOption())
    .action(async (role: Role, { keys }: { keys: string }, command: Command) => {
      const folder = new KeyFolder(keys);
      const directory = folder.readDirectory();
      const all = directory.signers[role];
      await writeServerFiles(folder, withSigners(directory, role, all.slice(-1)));
      for (const id of all.slice(0, -1)) print(command, `retired: ${id}`);
      print(command, all.length > 1 ? PUSH : `${role} has but one signing key: nothing to retire`);
    });
}

/** A role is an argument, not free text: a slip must not make a new one. */
const roleArgument = () => new Argument('<role>').choices([...ROLES]);

const withSigners = (directory: Directory, role: Role, ids: readonly string[]): Directory => ({
  ...directory,
  signers: { ...directory.signers, [role]: ids },
});

export function pushCommand(): Command {
  return new Command('push')
    .description('tell the NATS servers of the accounts as they are now: revocations, signing keys, rights')
    .option('--leaf', 'the server is a leaf node')
    .addOption(keysOption())
    .addOption(natsOption())
    .action(async ({ keys, nats, leaf }: { keys: string; nats: string; leaf?: true }, command: Command) => {
      const folder = new KeyFolder(keys);
      const { control, nodes, leafNodes } = await writeServerFiles(folder, folder.readDirectory());
      const credentialsFile = folder.file('system.creds');
      await withBus(nats, (bus) => pushAccounts(bus, leaf ? [leafNodes] : [control, nodes]), {
        credentialsFile,
      });
      print(command, 'the servers have the accounts as they are now');
    });
}
