import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { startNats } from '@spillway/testkit';
import { createDirectory, encodeAccounts, type NewDirectory } from './accounts.js';
import { issueCredentials } from './credentials.js';
import { ACCOUNT_OF, nameOf, type Identity } from './roles.js';
import { renderAccounts } from './server-config.js';

/** A real nats-server that knows the accounts, and connections to it. */
export interface SecuredNats {
  readonly url: string;
  readonly made: NewDirectory;
  connect(identity: Identity): Promise<User>;
  stop(): Promise<void>;
}

export async function startSecuredNats(): Promise<SecuredNats> {
  const made = await createDirectory('spec');
  const folder = mkdtempSync(join(tmpdir(), 'spillway-access-'));
  const config = join(folder, 'nats.conf');
  const accounts = await encodeAccounts(made.directory, made.operatorSeed);
  writeFileSync(config, `${renderAccounts(made.directory, accounts, 'centre')}\nresolver: MEMORY\n`);
  const nats = await startNats({ args: ['-c', config] });
  const users: User[] = [];
  return {
    url: nats.url,
    made,
    connect: async (identity) => {
      const user = await User.connect(nats.url, identity, made);
      users.push(user);
      return user;
    },
    stop: async () => {
      for (const { connection } of users) await connection.close();
      await nats.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A connection with the rights of somebody, and what the server says it may not do. */
export class User {
  private readonly refusals: string[] = [];

  private constructor(readonly connection: NatsConnection) {
    void this.listen();
  }

  static async connect(url: string, identity: Identity, made: NewDirectory): Promise<User> {
    const { credentials } = await issueCredentials(identity, {
      account: made.directory.accounts[ACCOUNT_OF[identity.role]],
      signerSeed: made.signerSeeds[identity.role],
    });
    const authenticator = credsAuthenticator(new TextEncoder().encode(credentials));
    const inboxPrefix = `_INBOX.${nameOf(identity)}`;
    return new User(await connect({ servers: url, authenticator, inboxPrefix }));
  }

  /** Whether the server takes a message of ours for it. What a violation is comes before the answer to a ping. */
  async mayPublish(subject: string, options: { reply?: string; payload?: string } = {}): Promise<boolean> {
    return this.isTaken(() =>
      this.connection.publish(subject, options.payload ?? '', options.reply ? { reply: options.reply } : {}),
    );
  }

  async mayHear(subject: string, queue?: string): Promise<boolean> {
    return this.isTaken(() => {
      this.connection.subscribe(subject, {
        callback: () => undefined,
        ...(queue !== undefined && { queue }),
      });
    });
  }

  private async isTaken(attempt: () => void): Promise<boolean> {
    const before = this.refusals.length;
    attempt();
    await this.connection.flush();
    // The client tells it a little later than it reads it.
    await new Promise((resolve) => setImmediate(resolve));
    return this.refusals.length === before;
  }

  private async listen(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'error') this.refusals.push(status.error.message);
    }
  }
}
