import { chmodSync, writeFileSync } from 'node:fs';
import { LocalNodeError, renderCoturn, type CoturnConfig } from '@spillway/local-nodes';
import { Command, InvalidArgumentError } from 'commander';
import { print } from '../print.js';
import { UsageError } from '../usage-error.js';
import { renderEturnal } from './eturnal.js';
import { deriveNodeSecret } from '@spillway/turn';
import { readMasterSecret } from './master-secret.js';
import { route53Command } from './route53.command.js';
import {
  addRenderOptions,
  addSecretOptions,
  parsePlainText,
  parsePort,
  toNodeConfig,
  type RenderOptions,
} from './render-options.js';

interface CoturnOptions extends RenderOptions {
  coturnVersion: string;
  cliPort?: number;
  cliPassword?: string;
  userdb?: string;
}

export function renderCommand(): Command {
  return new Command('render')
    .description("a TURN server's whole configuration, with the secret of its node; DNS records")
    .addCommand(coturnCommand())
    .addCommand(eturnalCommand())
    .addCommand(secretCommand())
    .addCommand(route53Command());
}

function coturnCommand(): Command {
  const command = new Command('coturn').description('turnserver.conf');
  return addRenderOptions(command)
    .option('--coturn-version <version>', 'options differ between versions', parseVersion, '4.6.1')
    .option('--cli-port <port>', 'run the command line interface there, on loopback', parsePort)
    .option('--cli-password <password>', 'its password', parsePlainText)
    .option(
      '--userdb <file>',
      'SQLite file that holds the secret, in place of this one: it can be replaced while coturn runs',
      parsePlainText,
    )
    .action((options: CoturnOptions, command: Command) => {
      const { cliPort, cliPassword, coturnVersion: version, userdb: database } = options;
      if ((cliPort === undefined) !== (cliPassword === undefined)) {
        throw new UsageError('give --cli-port and --cli-password together');
      }
      const cli =
        cliPort === undefined || cliPassword === undefined
          ? undefined
          : { port: cliPort, password: cliPassword };
      const config = { ...toNodeConfig(options), version, cli };
      const secretIsIn = database === undefined ? 'file' : 'database';
      deliver(
        render({ ...config, secretIsIn, ...(database !== undefined && { database }) }),
        options,
        command,
      );
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

function deliver(
  text: string,
  { out, node }: { out?: string; node: string },
  command: Command,
  what = 'configuration',
): void {
  if (out === undefined) return print(command, text.trimEnd());
  writeFileSync(out, text, { mode: 0o600 });
  // The mode above is for new files alone.
  chmodSync(out, 0o600);
  print(command, `${out}: ${what} of ${node}, readable for its owner alone`);
}

interface SecretOptions {
  node: string;
  epoch: number;
  master?: string;
  out?: string;
}

function secretCommand(): Command {
  const command = new Command('secret').description("a node's secret alone, for turnadmin --set-secret");
  return addSecretOptions(command).action((options: SecretOptions, command: Command) => {
    const secret = deriveNodeSecret(readMasterSecret(options.master), options.node, options.epoch);
    deliver(`${secret}\n`, options, command, `secret of epoch ${options.epoch}`);
  });
}

function parseVersion(text: string): string {
  if (!/^\d+(\.\d+){1,3}$/.test(text)) throw new InvalidArgumentError('It must be a version such as 4.6.1.');
  return text;
}
