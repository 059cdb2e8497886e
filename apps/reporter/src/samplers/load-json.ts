import { z } from 'zod';
import { parseSoftware } from '../relay/software.js';
import type { Sample } from './sampler.js';

const measured = z.number().nullable().optional();

/** What the samplers `file` and `http` read. Other members are ignored. */
const loadJsonSchema = z.object({
  /** 0 to 1, all cores. */
  cpu: measured,
  /** Bits per second. */
  egressBps: measured,
  /** Bits per second. */
  ingressBps: measured,
  allocations: measured,
  /** Name and version of the server: `mediasoup-3.14.0`. */
  software: z.string().max(128).nullable().optional(),
});

/** @throws {Error} when the text is not JSON or a member has the wrong type. */
export function parseLoadJson(text: string): Sample {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error('the text is not JSON', { cause: error });
  }
  const parsed = loadJsonSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${issue?.path.join('.') || 'the JSON'}: ${issue?.message ?? 'invalid'}`);
  }
  const { software, ...load } = parsed.data;
  const named = parseSoftware(software ?? '');
  return named ? { ...load, software: named } : load;
}
