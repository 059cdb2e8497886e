import leven from 'leven';
import { z } from 'zod';
import { CLOUD_REGIONS } from './cloud-regions.js';
import { regionScalingOf } from './policy-scaling.js';
import { tokenSchema } from './token.js';

/** `z.strictObject`, or `z.object` in its place: the same members, but unknown ones are passed over. */
export type MakeObject = typeof z.strictObject;

const regionSchemaOf = (object: MakeObject) =>
  object({
    latitude: z
      .number()
      .min(-90)
      .max(90)
      .optional()
      .describe('Degrees north; known for the regions of AWS, GCP and Azure by their names.'),
    longitude: z.number().min(-180).max(180).optional().describe('Degrees east.'),
    scaling: regionScalingOf(object),
  });

/** Fills in where the clouds' regions are. */
export const regionsSchemaOf = (object: MakeObject) =>
  z.record(tokenSchema, regionSchemaOf(object)).transform((regions, context) => {
    const placed = Object.entries(regions).map(([id, region]) => {
      const { latitude, longitude, scaling } = region;
      if ((latitude === undefined) !== (longitude === undefined)) {
        const message = 'needs latitude and longitude both, or for a region of a known cloud neither';
        context.addIssue({ code: 'custom', path: [id], message });
      }
      const known = Object.hasOwn(CLOUD_REGIONS, id) ? CLOUD_REGIONS[id] : undefined;
      if (latitude === undefined && longitude === undefined && !known) {
        context.addIssue({ code: 'custom', path: [id], message: unknownPlace(id) });
      }
      const place = known ?? { latitude: 0, longitude: 0 };
      return [
        id,
        { latitude: latitude ?? place.latitude, longitude: longitude ?? place.longitude, scaling },
      ] as const;
    });
    return Object.fromEntries(placed);
  });
export type RegionPolicy = z.infer<ReturnType<typeof regionsSchemaOf>>[string];

function unknownPlace(id: string): string {
  const similar = similarTo(id, Object.keys(CLOUD_REGIONS));
  const hint = similar.length > 0 ? `; did you mean ${similar.join(' or ')}?` : '';
  return `needs latitude and longitude: "${id}" is no region of AWS, GCP or Azure that is known here${hint}`;
}

/** Names suggested for one that is nearly right, and how many of its letters may be wrong. */
const MAX_SUGGESTIONS = 3;
const MAX_WRONG_SHARE = 0.25;

/** Those of `names` that are the fewest letters away, if that is few enough to be a slip. */
export function similarTo(name: string, names: readonly string[]): string[] {
  const least = Math.max(1, Math.floor(name.length * MAX_WRONG_SHARE));
  const distances = names.map((each) => ({ each, distance: leven(name.toLowerCase(), each) }));
  const closest = Math.min(least, ...distances.map(({ distance }) => distance));
  return distances
    .filter(({ distance }) => distance === closest)
    .map(({ each }) => each)
    .slice(0, MAX_SUGGESTIONS);
}
