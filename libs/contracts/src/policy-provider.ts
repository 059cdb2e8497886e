import { z } from 'zod';
import type { MakeObject } from './policy-regions.js';
import { tokenSchema } from './token.js';

/** The log is read by many: what is secret does not belong into a policy. */
const SECRET_NAME = /SECRET|PASSWORD|TOKEN|PRIVATE|CREDENTIAL/;
/** Paths of files by all their processes' word. */
const isPathName = (name: string) => name.endsWith('_FILE') || name === 'NATS_CREDENTIALS';
const hasNoSecret = (env: Record<string, string>) =>
  Object.keys(env).every((name) => isPathName(name) || !SECRET_NAME.test(name));

/** Names of an `env` whose values are no URL or path to be shown to every reader of the log. */
export function findSecretValues(env: Readonly<Record<string, string>>): string[] {
  const isSecret = ([name, value]: [string, string]) =>
    /:\/\/[^/?#\s]*@/.test(value) ||
    (name.includes('URL') && /(^|,)[^/?#\s,]*@/.test(value)) ||
    (name === 'NATS_CREDENTIALS' && !value.startsWith('/'));
  return Object.entries(env)
    .filter(isSecret)
    .map(([name]) => name);
}

const httpUrl = z
  .httpUrl()
  .or(z.url({ protocol: /^https?$/ }))
  .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), {
    message:
      'must hold no user or password: the policy is no place for secrets, the autoscaler signs what it sends',
  });

const UNKNOWN_KIND = 'must be one of none, process, docker, aws-asg, kubernetes, webhook';

/** Who starts and ends nodes. What is secret is the autoscaler's own configuration. */
export const providerOf = (object: MakeObject) =>
  z.discriminatedUnion(
    'kind',
    [
      /** Nobody: plans are made and reported, people carry them out. */
      object({ kind: z.literal('none') }),
      /** coturn and reporter as processes beside the autoscaler. */
      object({ kind: z.literal('process') }),
      /** Containers of an image that holds relay and reporter. */
      object({
        kind: z.literal('docker'),
        image: z.string().min(1).max(256),
        network: z.string().min(1).max(128).default('host'),
        env: z
          .record(
            z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be a name such as LOG_LEVEL'),
            z.string().max(1024),
          )
          .refine(hasNoSecret, {
            message:
              'must hold no secret: name a file in the container instead, as in TURN_MASTER_SECRET_FILE',
          })
          .default({}),
      }),
      /** An EC2 Auto Scaling group. */
      object({
        kind: z.literal('aws-asg'),
        group: z.string().min(1).max(255),
        awsRegion: z
          .string()
          .min(1)
          .max(64)
          .optional()
          .describe("AWS's name for the region; ours unless given."),
        lifecycleHook: z
          .string()
          .min(1)
          .max(255)
          .optional()
          .describe('Hook of the transition `autoscaling:EC2_INSTANCE_TERMINATING`, if the group has one.'),
      }),
      /** A Deployment or StatefulSet, by its scale subresource. */
      object({
        kind: z.literal('kubernetes'),
        namespace: tokenSchema,
        workload: z.enum(['deployments', 'statefulsets']).default('deployments'),
        name: z.string().min(1).max(253),
        selector: z.string().min(1).max(512).describe('Label selector of its pods.'),
        context: z
          .string()
          .min(1)
          .max(253)
          .optional()
          .describe("Context of the kubeconfig; the current one, or the pod's own account, unless given."),
      }),
      /** An HTTP endpoint of one's own. */
      object({ kind: z.literal('webhook'), url: httpUrl }),
    ],
    { error: ({ code }) => (code === 'invalid_union' ? UNKNOWN_KIND : undefined) },
  );
export type ProviderPolicy = z.infer<ReturnType<typeof providerOf>>;
export type ProviderKind = ProviderPolicy['kind'];
