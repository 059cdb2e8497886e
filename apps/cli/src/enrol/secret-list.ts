import { timestampSchema, tokenSchema, type EnrolGrant } from '@spillway/contracts';
import { z } from 'zod';

/** Who the node is and its secrets, the one in force or about to be first. */
export const secretListSchema = z.object({
  nodeId: tokenSchema,
  region: tokenSchema,
  /** Seconds for which earlier secrets stay valid. */
  overlapSeconds: z.int().min(0),
  secrets: z
    .array(
      z.object({
        epoch: z.int().min(0),
        secret: z.string(),
        /** Since when the node says so; `null` when it does not yet. */
        saidAt: timestampSchema.nullable(),
      }),
    )
    .min(1),
});
export type SecretList = z.infer<typeof secretListSchema>;

/** The list once the node was granted something: what it had before stays, behind. */
export function addGranted(list: SecretList | undefined, grant: EnrolGrant): SecretList {
  const { nodeId, region, overlapSeconds, epoch, secret } = grant;
  const [first, ...others] = list?.secrets ?? [];
  const isSame = first?.epoch === epoch && first.secret === secret;
  const before = first ? [first, ...others] : [];
  const secrets = isSame
    ? before
    : [{ epoch, secret, saidAt: null }, ...before.filter((each) => each.secret !== secret)];
  return { nodeId, region, overlapSeconds, secrets };
}

export interface Said {
  readonly list: SecretList;
  /** Nothing that was signed with them is valid any more. */
  readonly outlived: readonly string[];
}

/**
 * The list once the relay knows all of it and the node says the first one's epoch. Earlier ones go when that was said
 * for as long as the longest credential is valid.
 */
export function sayFirst({ secrets: [first, ...others], ...rest }: SecretList, now: Date): Said {
  if (!first) return { list: { ...rest, secrets: [] }, outlived: [] };
  const saidAt = first.saidAt ?? now.toISOString();
  const isOver = Date.parse(saidAt) + rest.overlapSeconds * 1000 <= now.getTime();
  const said = { ...first, saidAt };
  return {
    list: { ...rest, secrets: isOver ? [said] : [said, ...others] },
    outlived: isOver ? others.map(({ secret }) => secret) : [],
  };
}
