import { policyDocumentSchema, type PolicyDocument } from '@spillway/contracts';
import { UsageError } from '../usage-error.js';
import type { RunOptions } from './simulate.js';
import type { World } from './world/world.js';

/** A map as such maps are: the best known region of every continent. */
const FIXED_MAP = {
  AF: 'af-south-1',
  AS: 'ap-southeast-1',
  EU: 'eu-central-1',
  NA: 'us-east-1',
  OC: 'ap-southeast-2',
  SA: 'sa-east-1',
};
const FALLBACK = 'us-east-1';

/** Where nothing is to be scaled the provider does not say what it has, and no time is spent on plans. */
const SCALING = { provider: { kind: 'process' }, min: 2, max: 10_000 };

/** The policy that a run is played under: every default of a real one, but for what the options say. @throws {UsageError} */
export function policyOf(
  { regions }: Pick<World, 'regions'>,
  { strategy, policy }: Pick<RunOptions, 'strategy' | 'policy'>,
): PolicyDocument {
  const ids = new Set(regions.map(({ id }) => id));
  const continents = Object.entries(FIXED_MAP).filter(([, region]) => ids.has(region));
  const [first] = ids;
  const parsed = policyDocumentSchema.safeParse({
    revision: 'simulated',
    strategy,
    defaultRegion: first,
    regions: Object.fromEntries(
      regions.map(({ id, latitude, longitude }) => [id, { latitude, longitude, scaling: SCALING }]),
    ),
    fixedMap: { continents: Object.fromEntries(continents), fallback: ids.has(FALLBACK) ? FALLBACK : first },
    ...policy,
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`--set: ${issue?.path.join('.') || 'the policy'}: ${issue?.message}`);
}
