import { Command } from 'commander';
import { initCommand } from './init.command.js';
import { issueCommands } from './issue.command.js';
import { listCommand } from './list.command.js';
import { pushCommand, retireCommand, revokeCommand, rotateCommand } from './change.commands.js';

export function keysCommand(): Command {
  const command = new Command('keys').description(
    'who may do what in NATS: make the keys, credentials for each process, and take them back',
  );
  for (const each of [
    initCommand(),
    ...issueCommands(),
    listCommand(),
    revokeCommand(),
    rotateCommand(),
    retireCommand(),
    pushCommand(),
  ])
    command.addCommand(each);
  return command;
}
