import { Command } from 'commander';
import { exportCommand } from './export.command.js';
import { infoCommand } from './info.command.js';

export function logCommand(): Command {
  return new Command('log')
    .description('the log itself: write a part of it to a file, say what is in such a file')
    .addCommand(exportCommand())
    .addCommand(infoCommand());
}
