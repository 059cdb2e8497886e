import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { directorySchema, ROLES, type Directory, type NewDirectory, type Role } from '@spillway/nats-access';
import { z } from 'zod';
import { KeysError } from './keys-error.js';

const SECRET = 0o600;
const PUBLIC = 0o644;

const issuedSchema = z.object({
  /** As in `node.eu-central-1.a1`. */
  name: z.string(),
  /** Public key. */
  id: z.string(),
  /** Seconds since the epoch, as in the credentials. */
  issuedAt: z.number(),
  expiresAt: z.number().nullable(),
});
export type IssuedRecord = z.infer<typeof issuedSchema>;

/**
 * Where the keys are kept. `directory.json` and `issued.jsonl` hold nothing secret; a machine that only makes
 * credentials for nodes needs `directory.json` and `signers/node.nk` and none of the others.
 */
export class KeyFolder {
  constructor(readonly path: string) {}

  /** @throws {KeysError} when there are keys already, or they cannot be written. */
  static create(path: string, { directory, operatorSeed, systemSeed, signerSeeds }: NewDirectory): KeyFolder {
    const folder = new KeyFolder(path);
    if (existsSync(folder.file('directory.json')))
      throw new KeysError('keys-exist', `${path} holds keys already: they are not overwritten`);
    writing(path, () => {
      for (const each of ['', 'signers', 'creds', 'nats'])
        mkdirSync(folder.file(each), { recursive: true, mode: 0o700 });
      folder.writeSeed('operator', operatorSeed);
      folder.writeSeed('system', systemSeed);
      for (const role of ROLES) folder.writeSignerSeed(role, signerSeeds[role]);
      folder.writeDirectory(directory);
    });
    return folder;
  }

  file(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  readDirectory(): Directory {
    const file = this.file('directory.json');
    if (!existsSync(file))
      throw new KeysError('no-keys', `${this.path} holds no keys: make them with spillway keys init`);
    return this.parse(file, () => directorySchema.parse(JSON.parse(readFileSync(file, 'utf8'))));
  }

  writeDirectory(directory: Directory): void {
    this.write(this.file('directory.json'), `${JSON.stringify(directory, null, 2)}\n`, PUBLIC);
  }

  readSeed(name: 'operator' | 'system'): string {
    return this.readSecret(this.file(`${name}.nk`));
  }

  /** The one that signs now. */
  readSignerSeed(role: Role): string {
    return this.readSecret(this.file('signers', `${role}.nk`));
  }

  writeSignerSeed(role: Role, seed: string): void {
    this.write(this.file('signers', `${role}.nk`), `${seed}\n`, SECRET);
  }

  writeSystemCredentials(credentials: string): void {
    this.write(this.file('system.creds'), credentials, SECRET);
  }

  /** For nats-server to include. */
  writeServerConfig(name: string, text: string): void {
    this.write(this.file('nats', name), text, PUBLIC);
  }

  remember(issued: IssuedRecord): void {
    const file = this.file('issued.jsonl');
    writing(file, () => appendFileSync(file, `${JSON.stringify(issued)}\n`, { mode: PUBLIC }));
  }

  /** All that were issued, oldest first. */
  readIssued(): IssuedRecord[] {
    const file = this.file('issued.jsonl');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    return this.parse(file, () => lines.map((line) => issuedSchema.parse(JSON.parse(line))));
  }

  private writeSeed(name: 'operator' | 'system', seed: string): void {
    this.write(this.file(`${name}.nk`), `${seed}\n`, SECRET);
  }

  private readSecret(file: string): string {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (cause) {
      throw new KeysError('no-keys', `${file} is needed for this and cannot be read`, { cause });
    }
  }

  private write(file: string, text: string, mode: number): void {
    writing(file, () => replaceFile(file, text, mode));
  }

  private parse<T>(file: string, read: () => T): T {
    try {
      return read();
    } catch (cause) {
      throw new KeysError('unreadable-keys', `${file} is not what spillway keys wrote: restore it`, {
        cause,
      });
    }
  }
}

/** Whole or not at all, whoever reads it meanwhile. */
export function replaceFile(file: string, text: string, mode: number): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.new`;
  writeFileSync(next, text, { mode });
  renameSync(next, file);
}

function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new KeysError('unwritable-keys', `${path} cannot be written (${code})`, { cause });
  }
}
