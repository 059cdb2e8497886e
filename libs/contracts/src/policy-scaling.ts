import { z } from 'zod';
import { providerOf, type ProviderKind, type ProviderPolicy } from './policy-provider.js';
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
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .default([...WEEKDAYS])
      .describe('All days unless given; a window that goes past midnight belongs to the day it begins on.'),
    from: timeOfDay,
    /** Not later than `from`: the next day. */
    to: timeOfDay,
    timeZone,
    min: z.int().min(0).max(10_000).describe('Nodes the region has at least in that time.'),
  });
export type ScheduleWindow = z.infer<ReturnType<typeof scheduleWindowOf>>;

export type { ProviderKind, ProviderPolicy };

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly provider: ProviderPolicy;
  readonly schedule: readonly { readonly min: number }[];
}

/** A region that somebody starts nodes for says how many at most; no minimum is beyond that. */
function checkBounds({ min, max, provider, schedule }: Bounds, context: z.core.$RefinementCtx): void {
  const complain = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  if (provider.kind === 'none' && max === 0) return;
  if (max < Math.max(min, 1)) {
    const message = `must say how many nodes the region may have at most, and be at least min, here ${min}`;
    return complain(['max'], message);
  }
  for (const [i, window] of schedule.entries()) {
    if (window.min > max) complain(['schedule', i, 'min'], `must be at most max, here ${max}`);
  }
}

/** How a region grows and shrinks. */
export const regionScalingOf = (object: MakeObject) =>
  object({
    provider: providerOf(object).default({ kind: 'none' }),
    min: z
      .int()
      .min(0)
      .max(10_000)
      .default(1)
      .describe('Nodes the region has at least, and at most; 0 only without a provider.'),
    max: z.int().min(0).max(10_000).default(0),
    dryRun: z.boolean().default(false).describe('Plans are reported, not carried out.'),
    target: z
      .number()
      .min(0.05)
      .max(0.8)
      .default(0.72)
      .describe('Utilization that nodes are planned for, 0–1.'),
    stepUp: z.int().min(1).max(1000).default(10).describe('Nodes one plan adds, and drains, at most.'),
    stepDown: z.int().min(1).max(1000).default(1),
    stabilizationUpSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(10)
      .describe('Seconds the need for more, or for fewer, must last.'),
    stabilizationDownSeconds: z.int().min(0).max(86_400).default(600),
    coolDownSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(60)
      .describe(
        'Seconds after one growth before the next, beyond what is still booting; and after a shrink.',
      ),
    drainDeadlineSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(3600)
      .describe('Seconds a drain may take before what is still running is cut.'),
    schedule: z.array(scheduleWindowOf(object)).max(50).default([]),
  })
    .superRefine(checkBounds)
    .prefault({});
export type RegionScaling = z.infer<ReturnType<typeof regionScalingOf>>;
