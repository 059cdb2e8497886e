import { createDirectory, issueSystemCredentials } from '@spillway/nats-access';
import { Command } from 'commander';
import { parsePlainText } from '../render/render-options.js';
import { print } from '../print.js';
import { KeyFolder } from './key-folder.js';
import { keysOption } from './keys-option.js';
import { CENTRE_FILE, EDGE_FILE, writeServerFiles } from './server-files.js';

export function initCommand(): Command {
  return new Command('init')
    .description('make an operator with its accounts and signing keys, and what nats-server includes')
    .option('--name <name>', 'of the operator', parsePlainText, 'spillway')
    .addOption(keysOption())
    .action(async ({ keys, name }: { keys: string; name: string }, command: Command) => {
      const made = await createDirectory(name);
      const folder = KeyFolder.create(keys, made);
      folder.writeSystemCredentials((await issueSystemCredentials(made.systemSeed)).credentials);
      await writeServerFiles(folder, made.directory);
      print(command, `${folder.path}: keys of a new system; keep it secret, and a copy of it elsewhere`);
      print(command, `${folder.file('nats', CENTRE_FILE)}: for nats-server to include`);
      print(command, `${folder.file('nats', EDGE_FILE)}: the same for a leaf node`);
    });
}
