import { CLOUD_REGIONS } from '@spillway/contracts';
import { estimateRttMs } from '@spillway/geo';
import type { Cell } from './cells.js';

/** Of a Wednesday without a change of clocks anywhere. */
export const DAY_START = Date.UTC(2026, 2, 18);
export const DAY_MS = 24 * 3_600_000;

export interface WorldRegion {
  readonly id: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** Round-trip time in ms from a client's place to a region's. */
export type RttModel = (client: { latitude: number; longitude: number }, region: WorldRegion) => number;

/** Twenty regions of one cloud: the large ones, close together in some parts of the world and lonely in others. */
export const REGION_IDS = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ca-central-1',
  'sa-east-1',
  'eu-west-1',
  'eu-west-2',
  'eu-central-1',
  'eu-north-1',
  'eu-south-1',
  'me-south-1',
  'af-south-1',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-east-1',
  'ap-northeast-1',
  'ap-northeast-2',
] as const;

/** Who is where, and how far from what. The same in every run: seeds change what people do, not where they live. */
export interface World {
  readonly regions: readonly WorldRegion[];
  readonly cells: readonly Cell[];
  /** Of cell `c` to region `r` at `c · regions + r`, in ms. */
  readonly rttMs: Float64Array;
  /** The nearest region of each cell, by index. */
  readonly home: Uint8Array;
}

export function buildWorld(
  cells: readonly Cell[],
  regions: readonly WorldRegion[] = REGION_IDS.map(regionOfCloud),
  rttModel: RttModel = estimateRttMs,
): World {
  const rttMs = new Float64Array(cells.length * regions.length);
  const home = new Uint8Array(cells.length);
  for (const [c, cell] of cells.entries()) {
    const rtts = rttMs.subarray(c * regions.length, (c + 1) * regions.length);
    for (const [r, region] of regions.entries()) rtts[r] = rttModel(cell, region);
    home[c] = rtts.indexOf(Math.min(...rtts));
  }
  return { regions, cells, rttMs, home };
}

function regionOfCloud(id: string): WorldRegion {
  const place = CLOUD_REGIONS[id];
  if (!place) throw new Error(`the list of cloud regions lacks ${id}`);
  return { id, ...place };
}
