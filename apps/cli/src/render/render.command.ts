import { chmodSync, writeFileSync } from 'node:fs';
import { LocalNodeError, renderCoturn, type CoturnConfig } from '@spillway/local-nodes';
import { Command, InvalidArgumentError } from 'commander';
import { print } from '../print.js';
import { UsageError } from '../usage-error.js';
import { renderEturnal } from './eturnal.js';
import {
  addRenderOptions,
  parsePlainText,
  parsePort,
  toNodeConfig,
  type RenderOptions,
} from './render-options.js';

interface CoturnOptions extends RenderOptions {
  coturnVersion: string;
  cliPort?: number;
  cliPassword?: string;
}

export function renderCommand(): Command {
  return new Command('render')
    .description("a TURN server's whole configuration, with the secret of its node")
    .addCommand(coturnCommand())
    .addCommand(eturnalCommand());
}

function coturnCommand(): Command {
  const command = new Command('coturn').description('turnserver.conf');
  return addRenderOptions(command)
    .option('--coturn-version <version>', 'options differ between versions', parseVersion, '4.6.1')
    .option('--cli-port <port>', 'run the command line interface there, on loopback', parsePort)
    .option('--cli-password <password>', 'its password', parsePlainText)
    .action((options: CoturnOptions, command: Command) => {
      const { cliPort, cliPassword, coturnVersion: version } = options;
      if ((cliPort === undefined) !== (cliPassword === undefined)) {
        throw new UsageError('give --cli-port and --cli-password together');
      }
      const cli =
        cliPort === undefined || cliPassword === undefined
          ? undefined
          : { port: cliPort, password: cliPassword };
      deliver(render({ ...toNodeConfig(options), version, cli }), options, command);
    });
}

/** @throws {UsageError} */
function render(config: CoturnConfig): string {
  try {
    return renderCoturn(config);
  } catch (error) {
    throw error instanceof LocalNodeError ? new UsageError(error.message) : error;
  }
}

function eturnalCommand(): Command {
  const command = new Command('eturnal').description('eturnal.yml, for eturnal 1.12 and newer');
  return addRenderOptions(command).action((options: RenderOptions, command: Command) => {
    deliver(renderEturnal(toNodeConfig(options)), options, command);
  });
}

function deliver(text: string, { out, node }: RenderOptions, command: Command): void {
  if (out === undefined) return print(command, text.trimEnd());
  writeFileSync(out, text, { mode: 0o600 });
  // The mode above is for new files alone.
  chmodSync(out, 0o600);
  print(command, `${out}: configuration of ${node}, readable for its owner alone`);
}

function parseVersion(text: string): string {
  if (!/^\d+(\.\d+){1,3}$/.test(text)) throw new InvalidArgumentError('It must be a version such as 4.6.1.');
  return text;
}
