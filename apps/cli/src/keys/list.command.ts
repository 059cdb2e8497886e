import { ACCOUNT_OF, type Directory } from '@spillway/nats-access';
import { Command } from 'commander';
import { print } from '../print.js';
import { KeyFolder, type IssuedRecord } from './key-folder.js';
import { keysOption } from './keys-option.js';
import { roleIn } from './revoke.js';

export function listCommand(): Command {
  return new Command('list')
    .description('say what credentials were issued from here')
    .option('--json', 'as JSON, a line each')
    .addOption(keysOption())
    .action(({ keys, json }: { keys: string; json?: true }, command: Command) => {
      const folder = new KeyFolder(keys);
      const directory = folder.readDirectory();
      const now = Date.now() / 1000;
      for (const issued of folder.readIssued()) {
        const state = stateOf(issued, directory, now);
        print(command, json ? JSON.stringify({ ...issued, state }) : describe(issued, state));
      }
    });
}

type State = 'valid' | 'expired' | 'revoked';

function stateOf({ name, id, issuedAt, expiresAt }: IssuedRecord, directory: Directory, now: number): State {
  const role = roleIn(name);
  const until = role && directory.revocations[ACCOUNT_OF[role]][id];
  if (until !== undefined && issuedAt <= until) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'valid';
}

function describe({ name, id, issuedAt, expiresAt }: IssuedRecord, state: State): string {
  const date = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
  const expiry = expiresAt === null ? 'does not expire' : `expires ${date(expiresAt)}`;
  return [state.padEnd(7), name, id, `issued ${date(issuedAt)}`, expiry].join('  ');
}
