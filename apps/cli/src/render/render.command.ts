import { chmodSync, writeFileSync } from 'node:fs';
import { LocalNodeError, renderCoturn, type CoturnConfig } from '@spillway/local-nodes';
import { Command } from 'commander';
import { print } from '../print.js';
import { UsageError } from '../usage-error.js';
import { renderEturnal } from './eturnal.js';
import { addCoturnOptions, toCoturnConfig, type CoturnOptions } from './coturn-options.js';
import { route53Command } from './route53.command.js';
import { addOutOption, addRenderOptions, toNodeConfig, type RenderOptions } from './render-options.js';
import { addSecretOptions, readNodeSecrets, type SecretSource } from './secret-options.js';

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
  return addCoturnOptions(addRenderOptions(command)).action((options: CoturnOptions, command: Command) => {
    const config = toCoturnConfig(options);
    deliver(render(config), { ...options, node: config.nodeId }, command);
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
    const config = toNodeConfig(options);
    deliver(renderEturnal(config), { ...options, node: config.nodeId }, command);
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

interface SecretOptions extends SecretSource {
  out?: string;
}

function secretCommand(): Command {
  const command = new Command('secret').description("a node's secret alone, for turnadmin --set-secret");
  return addOutOption(addSecretOptions(command)).action((options: SecretOptions, command: Command) => {
    const { nodeId: node, secret } = readNodeSecrets(options);
    deliver(`${secret}\n`, { ...options, node }, command, `secret of epoch ${options.epoch}`);
  });
}
