import { encodeAccounts, renderAccounts, type AccountJwts, type Directory } from '@spillway/nats-access';
import type { KeyFolder } from './key-folder.js';

export const CENTRE_FILE = 'accounts.conf';
export const EDGE_FILE = 'leaf-accounts.conf';

/** Signs the accounts as they are to be now, and writes what the servers include. */
export async function writeServerFiles(folder: KeyFolder, directory: Directory): Promise<AccountJwts> {
  const jwts = await encodeAccounts(directory, folder.readSeed('operator'));
  folder.writeDirectory(directory);
  folder.writeServerConfig(CENTRE_FILE, renderAccounts(directory, jwts, 'centre'));
  folder.writeServerConfig(EDGE_FILE, renderAccounts(directory, jwts, 'edge'));
  return jwts;
}
