import { z } from 'zod';
import { CLOUD_REGIONS } from './cloud-regions.js';
import { regionScalingOf } from './policy-scaling.js';
import { tokenSchema } from './token.js';

/** `z.strictObject`, or `z.object` in its place: the same members, but unknown ones are passed over. */
export type MakeObject = typeof z.strictObject;

const regionSchemaOf = (object: MakeObject) =>
  object({
    /** Degrees north; known for the regions of AWS, GCP and Azure by their names. */
    latitude: z.number().min(-90).max(90).optional(),
    /** Degrees east. */
    longitude: z.number().min(-180).max(180).optional(),
    scaling: regionScalingOf(object),
  });

/** Fills in where the clouds' regions are. */
export const regionsSchemaOf = (object: MakeObject) =>
  z.record(tokenSchema, regionSchemaOf(object)).transform((regions, context) => {
    const placed = Object.entries(regions).map(([id, region]) => {
      const { latitude = CLOUD_REGIONS[id]?.latitude, longitude = CLOUD_REGIONS[id]?.longitude } = region;
      if (latitude === undefined || longitude === undefined) {
        const message = `needs latitude and longitude: "${id}" is no region of AWS, GCP or Azure that is known here`;
        context.addIssue({ code: 'custom', path: [id], message });
      }
      return [id, { ...region, latitude: latitude ?? 0, longitude: longitude ?? 0 }] as const;
    });
    return Object.fromEntries(placed);
  });
export type RegionPolicy = z.infer<ReturnType<typeof regionsSchemaOf>>[string];
