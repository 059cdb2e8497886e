import { z } from 'zod';
import { once } from './once.js';
import { PLACEMENT_REASONS } from './placement-reason.js';
import { compileQuickCheck } from './quick-check.js';
import { timestampSchema, tokenSchema } from './token.js';

export const TRANSPORTS = ['udp', 'tcp', 'tls'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Nodes one answer names at most: browsers grumble at five servers and more. */
export const MAX_COUNT = 3;

const text = z.string().min(1).max(256);

/** `POST /v1/ice-servers`, the NATS request and (in protobuf) gRPC. Every field may be left out. */
export const iceServersRequestSchema = z.strictObject({
  userId: text
    .optional()
    .describe(
      'Becomes part of the TURN user name; one that is not `[A-Za-z0-9._-]{1,64}` is replaced by a short hash.',
    ),
  sessionId: text.optional().describe('Stands in for a missing `userId`.'),
  clientIp: z
    .union([z.ipv4(), z.ipv6()], 'must be an IPv4 or IPv6 address')
    .optional()
    .describe("The client's address, IPv4 or IPv6; needs the scope `on-behalf`."),
  region: z
    .strictObject({
      require: z
        .array(tokenSchema)
        .min(1, 'must name at least one region')
        .max(64)
        .optional()
        .describe(
          'Only these regions may serve; needs the scope `on-behalf`. Never loosened, so an empty list is a mistake.',
        ),
      prefer: tokenSchema.optional().describe('Tried first while it has room.'),
    })
    .optional(),
  ttlSeconds: z
    .int()
    .min(1)
    .max(604_800)
    .optional()
    .describe('How long the credential is valid; bounds come from the policy.'),
  count: z
    .int()
    .min(1)
    .max(MAX_COUNT)
    .optional()
    .describe('Nodes wanted, in different failure domains where there are.'),
  transports: z
    .array(z.enum(TRANSPORTS))
    .min(1)
    .max(TRANSPORTS.length)
    .optional()
    .describe('Transports to the relay the client can use.'),
});
export type IceServersRequest = z.infer<typeof iceServersRequestSchema>;

const isUsual = once(() =>
  compileQuickCheck(iceServersRequestSchema.extend({ clientIp: z.ipv4().optional() }), { unknown: 'refuse' }),
);

/** Says yes to most requests that the schema accepts, in a sixth of its time, and to nothing else. */
export function isUsualRequest(json: unknown): json is IceServersRequest {
  return isUsual()(json);
}

/** `RTCIceServer` of the W3C WebRTC specification. */
export const iceServerSchema = z.object({
  urls: z.array(z.string()).min(1),
  username: z.string().optional(),
  credential: z.string().optional(),
});
export type IceServer = z.infer<typeof iceServerSchema>;

/** Works unchanged as the argument of `new RTCPeerConnection(…)`. */
export const iceServersAnswerSchema = z.object({
  iceServers: z.array(iceServerSchema).min(1),
  ttlSeconds: z.int().positive(),
  expiresAt: timestampSchema,
  placement: z.object({
    decisionId: z.string(),
    region: tokenSchema,
    nodes: z.array(tokenSchema).min(1),
    nearestRegion: tokenSchema.nullable().describe("`null` when the client's location is unknown."),
    reason: z.enum(PLACEMENT_REASONS),
  }),
});
export type IceServersAnswer = z.infer<typeof iceServersAnswerSchema>;
