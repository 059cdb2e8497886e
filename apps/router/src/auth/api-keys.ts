import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { ProblemError } from '../problem-error.js';

export const SCOPES = ['issue', 'on-behalf', 'admin'] as const;
/** `issue`: get credentials; `on-behalf`: say who and where the client is; `admin`: see and steer the fleet. */
export type Scope = (typeof SCOPES)[number];

const apiKeySchema = z.strictObject({
  /** Names the key in logs and metrics. */
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ -'),
  /** `printf %s "$KEY" | sha256sum`. Keys are random and long, so a plain hash is enough. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case'),
  scopes: z.array(z.enum(SCOPES)).min(1),
  /** Accepted from this machine only. */
  loopbackOnly: z.boolean().default(false),
});
export const apiKeysSchema = z
  .array(apiKeySchema)
  .min(1, 'must hold at least one key')
  .superRefine((keys, context) => {
    for (const field of ['name', 'sha256'] as const) {
      const seen = new Set<string>();
      for (const [i, key] of keys.entries()) {
        if (seen.has(key[field])) {
          context.addIssue({ code: 'custom', path: [i, field], message: 'is there twice' });
        }
        seen.add(key[field]);
      }
    }
  });

/** Who asks. */
export interface Principal {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** What a connection has shown. */
interface Shown {
  readonly authorization: string | undefined;
  readonly peer: string | undefined;
  readonly principal: Principal;
}

interface ApiKey extends Principal {
  readonly digest: Buffer;
  readonly loopbackOnly: boolean;
}

export class ApiKeysFileError extends Error {
  readonly code = 'invalid-api-keys';
  constructor(path: string, problem: string, cause?: unknown) {
    super(`API_KEYS_FILE ${path}: ${problem}`, { cause });
    this.name = 'ApiKeysFileError';
  }
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

export class ApiKeys {
  private readonly keys: readonly ApiKey[];
  private readonly connections = new WeakMap<object, Shown>();

  constructor(keys: readonly z.infer<typeof apiKeySchema>[]) {
    this.keys = keys.map(({ name, sha256, scopes, loopbackOnly }) => ({
      name,
      scopes: new Set(scopes),
      digest: Buffer.from(sha256, 'hex'),
      loopbackOnly,
    }));
  }

  /** @throws {ApiKeysFileError} naming the entry and what is wrong with it. */
  static fromFile(path: string): ApiKeys {
    let json: unknown;
    try {
      json = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      throw new ApiKeysFileError(path, (error as Error).message, error);
    }
    const parsed = apiKeysSchema.safeParse(json);
    if (parsed.success) return new ApiKeys(parsed.data);
    throw new ApiKeysFileError(path, z.prettifyError(parsed.error));
  }

  /**
   * As `authenticate`, but a connection that has shown its key once is known by it: comparing a header with the
   * one that the same connection sent before tells nobody anything.
   */
  authenticateConnection(
    connection: object,
    authorization: string | undefined,
    peer: string | undefined,
  ): Principal {
    const shown = this.connections.get(connection);
    // A proxy passes on requests of different peers on one connection.
    if (shown && shown.authorization === authorization && shown.peer === peer) return shown.principal;
    const principal = this.authenticate(authorization, peer);
    this.connections.set(connection, { authorization, peer, principal });
    return principal;
  }

  /**
   * @param authorization the header's value, `Bearer <key>`.
   * @param peer address of the other end of the connection, `undefined` where it is not known or there is none (NATS).
   * @throws {ProblemError} `missing-key` or `wrong-key`.
   */
  authenticate(authorization: string | undefined, peer: string | undefined): Principal {
    const token = authorization && /^Bearer +(\S{1,512})$/i.exec(authorization)?.[1];
    if (!token) {
      throw new ProblemError('missing-key', 'Send the header "authorization: Bearer <API key>"');
    }
    const key = this.find(createHash('sha256').update(token).digest());
    if (!key) throw new ProblemError('wrong-key', 'No such API key');
    if (key.loopbackOnly && !isLoopback(peer)) {
      throw new ProblemError('wrong-key', `The key "${key.name}" is accepted from this machine only`);
    }
    return key;
  }

  /** Looks at every key, so that the time it takes tells nothing. */
  private find(digest: Buffer): ApiKey | undefined {
    let found: ApiKey | undefined;
    for (const key of this.keys) if (timingSafeEqual(key.digest, digest)) found = key;
    return found;
  }
}

export function requireScope(principal: Principal, scope: Scope, field?: string): void {
  if (principal.scopes.has(scope)) return;
  const use = field ? `to use "${field}"` : 'for this';
  throw new ProblemError(
    'missing-scope',
    `The key "${principal.name}" needs the scope "${scope}" ${use}`,
    field,
  );
}

function isLoopback(peer: string | undefined): boolean {
  const family = peer === undefined ? 0 : isIP(peer);
  return peer !== undefined && family !== 0 && loopback.check(peer, family === 6 ? 'ipv6' : 'ipv4');
}
