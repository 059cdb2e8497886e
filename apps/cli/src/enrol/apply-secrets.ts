import { execFile } from 'node:child_process';
import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { promisify } from 'node:util';
import { EnrolError } from './enrol-error.js';
import type { NodeFolder } from './node-folder.js';
import { sayFirst, type SecretList } from './secret-list.js';

/** Where coturn keeps its secrets. */
export interface SecretDatabase {
  /** SQLite file. */
  readonly file: string;
  readonly realm: string;
}

/**
 * The relay learns of the node's secrets, then routers of the epoch, then the relay forgets what is outlived. In this
 * order nobody is sent to the relay with a credential that it does not know. Done again, it does nothing more.
 * @param database `undefined` for a relay that was told of the list before.
 */
export async function applySecrets(
  folder: NodeFolder,
  database: SecretDatabase | undefined,
  now: Date,
): Promise<SecretList> {
  const before = folder.readSecrets();
  if (database) closeToOthers(database.file);
  for (const { secret } of database ? before.secrets : []) await turnadmin('--set-secret', secret, database);
  const { list, outlived } = sayFirst(before, now);
  folder.writeEpoch(list.secrets[0]?.epoch ?? 0);
  for (const secret of outlived) await turnadmin('--delete-secret', secret, database);
  folder.writeSecrets(list);
  return list;
}

/** Turnadmin would make it readable for everybody. Its group may be that of coturn. */
function closeToOthers(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o660));
    if ((statSync(file).mode & 0o007) !== 0) chmodSync(file, 0o660);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new EnrolError('unreadable-folder', `${file} cannot be made or kept from others (${code})`, {
      cause,
    });
  }
}

const run = promisify(execFile);

/** While it runs its command line can be read by other users of the machine: it has no other way. */
async function turnadmin(
  option: string,
  secret: string,
  database: SecretDatabase | undefined,
): Promise<void> {
  if (!database) return;
  const args = [`${option}=${secret}`, `--realm=${database.realm}`, `--userdb=${database.file}`];
  // Distributions keep it out of a user's PATH; it writes a log where it stands.
  const PATH = [process.env['PATH'], '/usr/local/sbin', '/usr/sbin'].join(delimiter);
  try {
    await run('turnadmin', args, { cwd: dirname(database.file), env: { ...process.env, PATH } });
  } catch (error) {
    // Its message and its command have the secret in them.
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'it is not installed' : `it ended with ${code}`;
    throw new EnrolError('turnadmin-failed', `turnadmin could not change ${database.file}: ${why}`);
  }
}
