import type { Command } from 'commander';

/** Writes lines to a command's standard output. */
export function print(command: Command, text: string): void {
  command.configureOutput().writeOut?.(`${text}\n`);
}
