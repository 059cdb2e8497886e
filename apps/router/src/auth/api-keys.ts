import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { keyHashSchema, SCOPES, type PolicyDocument, type Scope } from '@spillway/contracts';
import { z } from 'zod';
import { ProblemError } from '../problem-error.js';
import { KeyIndex } from './key-index.js';
import { tenantOf, type Tenant } from './tenant.js';

const apiKeySchema = z.strictObject({
  /** Names the key in logs and metrics. */
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ -'),
  sha256: keyHashSchema,
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
  /** `undefined` for the keys of the router's own file. */
  readonly tenant?: Tenant;
}

/** What a connection has shown. */
interface Shown {
  readonly authorization: string | undefined;
  readonly peer: string | undefined;
  readonly principal: Principal;
}

interface ApiKey extends Principal {
  readonly loopbackOnly: boolean;
}

export class ApiKeysFileError extends Error {
  readonly code = 'invalid-api-keys';
  constructor(path: string, problem: string, cause?: unknown) {
    super(`API_KEYS_FILE ${path}: ${problem}`, { cause });
    this.name = 'ApiKeysFileError';
  }
}

/** Seconds after which a router that starts is asked again. */
const RETRY_SECONDS = 2;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

type KeyEntry = z.infer<typeof apiKeySchema>;

/** The keys of the router's own file and those of the policy's tenants. */
export class ApiKeys {
  private index = new KeyIndex<ApiKey>();
  private connections = new WeakMap<object, Shown>();
  private knowsTenants = false;

  constructor(private readonly entries: readonly KeyEntry[]) {
    this.addOwn();
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
   * Takes the tenants' keys from a policy, at once and in place of those of the one before. A key that is in the
   * router's file too is the tenant's, so that nothing loosens where its clients may be served.
   * @returns the names of such keys of the file.
   */
  adopt(policy: PolicyDocument): string[] {
    this.index = new KeyIndex();
    this.connections = new WeakMap();
    this.knowsTenants = true;
    this.addOwn();
    const taken: string[] = [];
    for (const [name, { keys }] of Object.entries(policy.tenants)) {
      const tenant = tenantOf(policy, name);
      for (const { sha256, scopes } of keys) {
        // The start of a hash tells the keys of a tenant apart, in limits and messages.
        const key = { name: `${name}/${sha256.slice(0, 8)}`, scopes: tenantScopes(scopes), tenant };
        const before = this.index.set(sha256, { ...key, loopbackOnly: false });
        if (!before) continue;
        this.index.set(sha256, { ...key, loopbackOnly: before.loopbackOnly });
        taken.push(before.name);
      }
    }
    return taken;
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
   * @throws {ProblemError} `missing-key` or `wrong-key`; `not-ready` while the tenants' keys are not known.
   */
  authenticate(authorization: string | undefined, peer: string | undefined): Principal {
    const token = authorization && /^Bearer +(\S{1,512})$/i.exec(authorization)?.[1];
    if (!token) {
      throw new ProblemError('missing-key', 'Send the header "authorization: Bearer <API key>"');
    }
    const key = this.index.find(token);
    if (!key && !this.knowsTenants) {
      throw new ProblemError(
        'not-ready',
        'The keys of the policy are not known yet',
        undefined,
        RETRY_SECONDS,
      );
    }
    if (!key) throw new ProblemError('wrong-key', 'No such API key');
    if (key.loopbackOnly && !isLoopback(peer)) {
      throw new ProblemError('wrong-key', `The key "${key.name}" is accepted from this machine only`);
    }
    return key;
  }

  private addOwn(): void {
    for (const { name, sha256, scopes, loopbackOnly } of this.entries) {
      this.index.set(sha256, { name, scopes: new Set(scopes), loopbackOnly });
    }
  }
}

/** The fleet is not one tenant's: a policy that still gives `admin` does so in vain. */
const tenantScopes = (scopes: readonly Scope[]) => new Set(scopes.filter((scope) => scope !== 'admin'));

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
