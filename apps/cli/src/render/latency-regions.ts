import { CLOUDS, type PolicyDocument, type RegionPlace } from '@spillway/contracts';
import { distanceKm } from '@spillway/geo';
import { UsageError } from '../usage-error.js';

/** A region of the policy, and the AWS region whose latency stands for its own. */
export interface LatencyRegion {
  readonly region: string;
  readonly awsRegion: string;
  /** Between the two; `undefined` where they are the same or the operator chose. */
  readonly distanceKm?: number;
}

export interface LatencyChoices {
  /** AWS regions by region of the policy. */
  readonly map: Readonly<Record<string, string>>;
  /** Regions of the policy that get no records. */
  readonly without: readonly string[];
}

/** Of other partitions (China, GovCloud, the European Sovereign Cloud), which have a Route 53 of their own. */
const OTHER_PARTITIONS = /^(?:cn|us-gov|eusc)-/;

/** Regions a latency record may name. */
export const LATENCY_REGIONS: Readonly<Record<string, RegionPlace>> = Object.fromEntries(
  Object.entries(CLOUDS.aws).filter(([name]) => !OTHER_PARTITIONS.test(name)),
);

/**
 * The AWS region of every region of the policy:
 *
 * 1. What the operator chose.
 * 2. A region that is called like one of AWS is that one.
 * 3. Any other has the nearest one.
 *
 * @throws {UsageError} when two would have the same: Route 53 has one latency record of a name for each AWS region.
 */
export function latencyRegions(
  { regions }: PolicyDocument,
  { map, without }: LatencyChoices,
): LatencyRegion[] {
  const unknown = [...Object.keys(map), ...without].find((region) => !Object.hasOwn(regions, region));
  if (unknown !== undefined) {
    throw new UsageError(`the policy has no region ${unknown}: it has ${Object.keys(regions).join(', ')}`);
  }
  const chosen = Object.entries(regions)
    .filter(([region]) => !without.includes(region))
    .map(([region, place]) => latencyRegionOf(region, place, map[region]));
  if (chosen.length === 0) throw new UsageError('--without leaves no region');
  checkDistinct(chosen);
  return chosen;
}

function latencyRegionOf(region: string, place: RegionPlace, choice: string | undefined): LatencyRegion {
  if (choice !== undefined) return { region, awsRegion: choice };
  if (Object.hasOwn(LATENCY_REGIONS, region)) return { region, awsRegion: region };
  const byDistance = Object.entries(LATENCY_REGIONS)
    .map(([awsRegion, at]) => ({ region, awsRegion, distanceKm: distanceKm(place, at) }))
    .toSorted((a, b) => a.distanceKm - b.distanceKm);
  const [nearest] = byDistance;
  return nearest ?? { region, awsRegion: region };
}

function checkDistinct(chosen: readonly LatencyRegion[]): void {
  for (const [i, { region, awsRegion }] of chosen.entries()) {
    const other = chosen.slice(0, i).find((each) => each.awsRegion === awsRegion);
    if (other === undefined) continue;
    throw new UsageError(
      `${other.region} and ${region} would both go by the latency of ${awsRegion}, and Route 53 takes one of them: ` +
        `choose another AWS region near one (--map ${region}=…), or leave one out (--without ${region})`,
    );
  }
}
