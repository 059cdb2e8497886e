import { z } from 'zod';
import type { MakeObject } from './policy-regions.js';
import { tokenSchema } from './token.js';

export const SCOPES = ['issue', 'on-behalf', 'admin'] as const;
/** `issue`: get credentials; `on-behalf`: say who and where the client is; `admin`: see and steer the fleet. */
export type Scope = (typeof SCOPES)[number];

/** The hash of an API key: `printf %s "$KEY" | sha256sum`. Keys are random and long, so a plain hash is enough. */
export const keyHashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case (the SHA-256 of the key)');

/** Whom one serves: what their keys may do, and where their clients may be served. */
export const tenantSchemaOf = (object: MakeObject) =>
  object({
    keys: z
      .array(object({ sha256: keyHashSchema, scopes: z.array(z.enum(SCOPES)).min(1).default(['issue']) }))
      .max(100)
      .default([]),
    regions: object({
      require: z.array(tokenSchema).min(1, 'must name at least one region').max(64),
    })
      .optional()
      .describe("Residency: only these regions serve the tenant's clients, whatever comes."),
    ttlSeconds: object({
      default: z.int().min(1).max(604_800).optional(),
      min: z.int().min(1).max(604_800).optional(),
      max: z.int().min(1).max(604_800).optional(),
    })
      .optional()
      .describe("Seconds; narrower than the policy's own bounds. What is left out is as the policy has it."),
    rateLimits: object({
      perSecond: z
        .int()
        .min(0)
        .max(10_000_000)
        .optional()
        .describe('Requests a second of all keys of the tenant together.'),
      perClientPerMinute: z
        .int()
        .min(0)
        .max(10_000_000)
        .optional()
        .describe('Requests a minute of one client address, for keys without `on-behalf`.'),
    })
      .optional()
      .describe('Per router; what is left out is as the router is configured. 0 for no limit.'),
  });
export type TenantPolicy = z.infer<ReturnType<typeof tenantSchemaOf>>;
