import type { Cell } from './cells.js';
import { buildWorld, type World } from './world.js';

/** Three towns of a million people, each with a region of its own; the second and the third are close together. */
export function smallWorld(): World {
  const cell = (latitude: number, longitude: number, country: string): Cell => ({
    latitude,
    longitude,
    country,
    continent: 'EU',
    utcOffsetMinutes: 0,
    population: 1_000_000,
  });
  const cells = [cell(0, 0, 'AA'), cell(0, 60, 'BB'), cell(0, 65, 'CC')];
  const region = (id: string, longitude: number) => ({ id, latitude: 0, longitude });
  return buildWorld(
    cells,
    [region('west', 0), region('middle', 60), region('east', 65)],
    (client, place) => 10 + Math.abs(client.longitude - place.longitude),
  );
}
