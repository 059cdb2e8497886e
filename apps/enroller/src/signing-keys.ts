import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { directorySchema, type Directory } from '@spillway/nats-access';

/** What is needed of a folder of keys. */
export interface SigningKeys {
  readonly directory: Directory;
  /** Seed of the key that signs the credentials of nodes: secret. */
  readonly nodeSeed: string;
}

export class SigningKeysError extends Error {
  readonly code = 'unreadable-keys';
  constructor(file: string, cause: unknown) {
    super(`KEYS_FOLDER: ${file} is not what spillway keys wrote, or may not be read`, { cause });
    this.name = 'SigningKeysError';
  }
}

/** Read anew each time: keys are revoked and replaced. @throws {SigningKeysError} */
export function readSigningKeys(folder: string): SigningKeys {
  const read = <T>(file: string, parse: (text: string) => T): T => {
    try {
      return parse(readFileSync(join(folder, file), 'utf8'));
    } catch (cause) {
      throw new SigningKeysError(file, cause);
    }
  };
  return {
    directory: read('directory.json', (text) => directorySchema.parse(JSON.parse(text))),
    nodeSeed: read(join('signers', 'node.nk'), (text) => text.trim()),
  };
}
