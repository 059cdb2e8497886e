import { existsSync } from 'node:fs';
import { ACCOUNT_OF, issueCredentials, nameOf, type Identity } from '@spillway/nats-access';
import { Command } from 'commander';
import { parseSeconds } from '../options.js';
import { print } from '../print.js';
import { parseIdentity, ROLE_COMMANDS } from './identity.js';
import { KeyFolder, replaceFile } from './key-folder.js';
import { keysOption } from './keys-option.js';
import { KeysError } from './keys-error.js';

interface IssueOptions {
  readonly keys: string;
  readonly expires?: number;
  readonly out?: string;
  readonly print?: true;
  readonly force?: true;
}

/** One command for each role that an operator makes credentials for. */
export function issueCommands(): Command[] {
  return Object.entries(ROLE_COMMANDS).map(([name, { argument, what }]) => {
    const role = name as keyof typeof ROLE_COMMANDS;
    return new Command(role)
      .description(`make credentials ${what}`)
      .argument(argument, undefined, (text: string) => parseIdentity(role, text))
      .option('--expires <time>', 'such as 90d; they do not expire unless given', parseSeconds)
      .option('--out <file>', 'instead of creds/<name>.creds with the keys')
      .option('--print', 'to the terminal, and into no file')
      .option(
        '--force',
        'overwrite the file: whoever has what it held keeps their rights until that is revoked',
      )
      .addOption(keysOption())
      .action(async (identity: Identity, options: IssueOptions, command: Command) => {
        for (const line of await issue(identity, options)) print(command, line);
      });
  });
}

/** @returns what to say. */
async function issue(identity: Identity, options: IssueOptions): Promise<string[]> {
  const folder = new KeyFolder(options.keys);
  const name = nameOf(identity);
  const file = options.print ? undefined : (options.out ?? folder.file('creds', `${name}.creds`));
  if (file !== undefined && !options.force && existsSync(file))
    throw new KeysError('file-exists', `${file} is there already: give another with --out, or --force`);
  const now = Math.floor(Date.now() / 1000);
  const expiresAt = options.expires === undefined ? undefined : now + options.expires;
  const { id, credentials } = await issueCredentials(identity, {
    account: folder.readDirectory().accounts[ACCOUNT_OF[identity.role]],
    signerSeed: folder.readSignerSeed(identity.role),
    ...(expiresAt !== undefined && { expiresAt }),
  });
  folder.remember({ name, id, issuedAt: now, expiresAt: expiresAt ?? null });
  if (file === undefined) return [credentials.trimEnd()];
  replaceFile(file, credentials, 0o600);
  const until = expiresAt === undefined ? 'no expiry' : `until ${new Date(expiresAt * 1000).toISOString()}`;
  return [`${file}: credentials of ${name} (${id}), ${until}`];
}
