import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StartError } from './start-error.js';

/** The API key of the demonstration; the router takes it from this machine only. */
export const DEMO_KEY = 'demo';

/** Where everything of one system is kept: `--state`. */
export interface StateFolder {
  readonly path: string;
  readonly runFile: string;
  readonly logs: string;
  readonly nats: string;
  readonly coturn: string;
  /** Of the nodes that the autoscaler adds. */
  readonly processes: string;
  /** Made once, so that credentials stay valid over restarts. */
  readonly masterSecretFile: string;
  readonly apiKeysFile: string;
}

/** @throws {StartError} where it cannot be made. */
export function prepareStateFolder(path: string): StateFolder {
  const root = resolve(path);
  const folder = {
    path: root,
    runFile: join(root, 'run.json'),
    logs: join(root, 'logs'),
    nats: join(root, 'nats'),
    coturn: join(root, 'coturn'),
    processes: join(root, 'processes'),
    masterSecretFile: join(root, 'master-secret'),
    apiKeysFile: join(root, 'api-keys.json'),
  };
  for (const each of [root, folder.logs, folder.nats, folder.coturn, folder.processes]) {
    try {
      makeFolder(each);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new StartError(`${each} cannot be made a folder (${code}): choose another with --state`, {
        cause,
      });
    }
  }
  return folder;
}

/** With those above it. Node's own `recursive` never comes back from /proc/x. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

export function writeSecrets({ masterSecretFile, apiKeysFile }: StateFolder): void {
  writeOnce(masterSecretFile, randomBytes(32).toString('base64url'));
  const key = {
    name: 'demo',
    sha256: createHash('sha256').update(DEMO_KEY).digest('hex'),
    scopes: ['issue', 'on-behalf', 'admin'],
    loopbackOnly: true,
  };
  writeFileSync(apiKeysFile, `${JSON.stringify([key], null, 2)}\n`, { mode: 0o600 });
}

function writeOnce(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
