import { decode } from '@nats-io/jwt';
import { z } from 'zod';

const claimsSchema = z.object({
  name: z.string(),
  /** Who it is made out to. */
  sub: z.string(),
  /** Who signed it. */
  iss: z.string(),
  iat: z.number(),
  exp: z.number().optional(),
  nats: z.object({ issuer_account: z.string(), tags: z.array(z.string()).default([]) }),
});

/** What a user's JSON Web Token says. */
export interface Claims {
  readonly name: string;
  /** Public keys of the user, of who signed and of the account. */
  readonly userId: string;
  readonly signer: string;
  readonly account: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** @returns `undefined` unless it was signed by the key it names; whether that one may sign is not looked at. */
export function readClaims(jwt: string): Claims | undefined {
  let decoded: unknown;
  try {
    decoded = decode(jwt);
  } catch {
    return undefined;
  }
  const { data } = claimsSchema.safeParse(decoded);
  if (!data) return undefined;
  const tags = data.nats.tags.map((tag) => [tag.slice(0, tag.indexOf(':')), tag.slice(tag.indexOf(':') + 1)]);
  return {
    name: data.name,
    userId: data.sub,
    signer: data.iss,
    account: data.nats.issuer_account,
    issuedAt: data.iat,
    expiresAt: data.exp,
    tags: Object.fromEntries(tags) as Record<string, string>,
  };
}
