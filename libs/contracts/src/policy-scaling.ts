import { z } from 'zod';
import { tokenSchema } from './token.js';
import type { MakeObject } from './policy-regions.js';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 08:30');

const timeZone = z
  .string()
  .refine(isTimeZone, 'must be a time zone of the IANA database, such as Europe/Berlin');

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const scheduleWindowOf = (object: MakeObject) =>
  object({
    /** All days unless given; a window that goes past midnight belongs to the day it begins on. */
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .default([...WEEKDAYS]),
    from: timeOfDay,
    /** Not later than `from`: the next day. */
    to: timeOfDay,
    timeZone,
    /** Nodes the region has at least in that time. */
    min: z.int().min(0).max(10_000),
  });
export type ScheduleWindow = z.infer<ReturnType<typeof scheduleWindowOf>>;

/** Who starts and ends nodes. No secret in here: those are the autoscaler's own configuration. */
const providerOf = (object: MakeObject) =>
  z.discriminatedUnion('kind', [
    /** Nobody: plans are made and reported, people carry them out. */
    object({ kind: z.literal('none') }),
    /** coturn and reporter as processes beside the autoscaler. */
    object({ kind: z.literal('process') }),
    /** Containers of an image that holds relay and reporter. */
    object({
      kind: z.literal('docker'),
      image: z.string().min(1).max(256),
      network: z.string().min(1).max(128).default('host'),
      env: z.record(z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/), z.string().max(1024)).default({}),
    }),
    /** An EC2 Auto Scaling group. */
    object({
      kind: z.literal('aws-asg'),
      group: z.string().min(1).max(255),
      /** AWS's name for the region; ours unless given. */
      awsRegion: z.string().min(1).max(64).optional(),
      /** Hook of the transition `autoscaling:EC2_INSTANCE_TERMINATING`, if the group has one. */
      lifecycleHook: z.string().min(1).max(255).optional(),
    }),
    /** A Deployment or StatefulSet, by its scale subresource. */
    object({
      kind: z.literal('kubernetes'),
      namespace: tokenSchema,
      workload: z.enum(['deployments', 'statefulsets']).default('deployments'),
      name: z.string().min(1).max(253),
      /** Label selector of its pods. */
      selector: z.string().min(1).max(512),
      /** Context of the kubeconfig; the current one, or the pod's own account, unless given. */
      context: z.string().min(1).max(253).optional(),
    }),
    /** An HTTP endpoint of one's own. */
    object({ kind: z.literal('webhook'), url: z.httpUrl().or(z.url({ protocol: /^https?$/ })) }),
  ]);
export type ProviderPolicy = z.infer<ReturnType<typeof providerOf>>;
export type ProviderKind = ProviderPolicy['kind'];

/** How a region grows and shrinks. */
export const regionScalingOf = (object: MakeObject) =>
  object({
    provider: providerOf(object).default({ kind: 'none' }),
    /** Nodes the region has at least, and at most. */
    min: z.int().min(0).max(10_000).default(1),
    max: z.int().min(0).max(10_000).default(0),
    /** Plans are reported, not carried out. */
    dryRun: z.boolean().default(false),
    /** Utilization that nodes are planned for, 0–1. */
    target: z.number().min(0.05).max(0.8).default(0.72),
    /** Nodes one plan adds, and drains, at most. */
    stepUp: z.int().min(1).max(1000).default(10),
    stepDown: z.int().min(1).max(1000).default(1),
    /** Seconds the need for more, or for fewer, must last. */
    stabilizationUpSeconds: z.int().min(0).max(86_400).default(10),
    stabilizationDownSeconds: z.int().min(0).max(86_400).default(600),
    /** Seconds after one growth before the next, beyond what is still booting; and after a shrink. */
    coolDownSeconds: z.int().min(0).max(86_400).default(60),
    /** Seconds a drain may take before what is still running is cut. */
    drainDeadlineSeconds: z.int().min(0).max(86_400).default(3600),
    schedule: z.array(scheduleWindowOf(object)).max(50).default([]),
  })
    .refine(({ min, max, provider }) => provider.kind === 'none' || max >= Math.max(min, 1), {
      path: ['max'],
      message: 'must say how many nodes the region may have at most, and be at least min',
    })
    .prefault({});
export type RegionScaling = z.infer<ReturnType<typeof regionScalingOf>>;
