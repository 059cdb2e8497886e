import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newUserKey, publicKeyOf, toCredentials, type NewKey } from '@spillway/nats-access';
import type { EnrolGrant } from '@spillway/contracts';
import { replaceFile } from '../keys/key-folder.js';
import { EnrolError } from './enrol-error.js';
import { secretListSchema, type SecretList } from './secret-list.js';

const SECRET = 0o600;
const PUBLIC = 0o644;

/**
 * All that a node has of its own. `node.env` is for the reporter and holds nothing secret; `nats.creds` and
 * `turn-secrets.json` do.
 */
export class NodeFolder {
  readonly credentialsFile: string;

  constructor(readonly path: string) {
    this.credentialsFile = this.file('nats.creds');
  }

  /** A folder that is enrolled is complete: its secrets are written last. */
  get isEnrolled(): boolean {
    return existsSync(this.file('turn-secrets.json'));
  }

  /** @throws {EnrolError} */
  readSecrets(): SecretList {
    if (!this.isEnrolled) throw new EnrolError('not-enrolled', `${this.path}: no node is enrolled here yet`);
    try {
      return secretListSchema.parse(JSON.parse(this.read('turn-secrets.json')));
    } catch (cause) {
      throw new EnrolError('unreadable-folder', `${this.file('turn-secrets.json')} cannot be read`, {
        cause,
      });
    }
  }

  writeSecrets(list: SecretList): void {
    this.write('turn-secrets.json', `${JSON.stringify(list, null, 2)}\n`, SECRET);
  }

  /** What the reporter looks at to know which secret is in force. */
  writeEpoch(epoch: number): void {
    this.write('secret-epoch', `${epoch}\n`, PUBLIC);
  }

  readCredentials(): string {
    return this.read('nats.creds');
  }

  /** The key that is enrolled: the same when it is tried again, so that a lost answer costs no second use. */
  pendingKey(): NewKey {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    const name = 'enrolling.nk';
    if (!existsSync(this.file(name))) this.write(name, `${newUserKey().seed}\n`, SECRET);
    const seed = this.read(name).trim();
    return { seed, id: publicKeyOf(seed) };
  }

  /** For the time of one connection. */
  async withJoinCredentials<T>(credentials: string, work: (file: string) => Promise<T>): Promise<T> {
    const name = 'join.creds';
    this.write(name, credentials, SECRET);
    try {
      return await work(this.file(name));
    } finally {
      rmSync(this.file(name), { force: true });
    }
  }

  writeCredentials({ jwt }: EnrolGrant, seed: string): void {
    this.write('nats.creds', toCredentials(jwt, seed), SECRET);
  }

  /** The variables of its reporter that enrolment decides. */
  writeEnvironment({ nodeId, region }: EnrolGrant, instanceId: string | undefined): void {
    const variables = {
      NODE_ID: nodeId,
      REGION: region,
      NATS_CREDENTIALS: this.credentialsFile,
      SECRET_EPOCH_PATH: this.file('secret-epoch'),
      ...(instanceId !== undefined && { INSTANCE_ID: instanceId }),
    };
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    this.write('node.env', lines.join(''), PUBLIC);
  }

  forgetPendingKey(): void {
    rmSync(this.file('enrolling.nk'), { force: true });
  }

  private file(name: string): string {
    return join(this.path, name);
  }

  private read(name: string): string {
    return this.attempt(name, () => readFileSync(this.file(name), 'utf8'));
  }

  private write(name: string, text: string, mode: number): void {
    this.attempt(name, () => replaceFile(this.file(name), text, mode));
  }

  private attempt<T>(name: string, work: () => T): T {
    try {
      return work();
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new EnrolError('unreadable-folder', `${this.file(name)} cannot be read or written (${code})`, {
        cause,
      });
    }
  }
}
