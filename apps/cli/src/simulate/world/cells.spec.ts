import { describe, expect, it } from '@jest/globals';
import { loadCells } from './cells.js';
import { buildWorld, DAY_START } from './world.js';

describe('the world', () => {
  it('has people where they live, in their time zones, near their regions', async () => {
    const cells = await loadCells(DAY_START);
    const world = buildWorld(cells);
    const near = (latitude: number, longitude: number) =>
      cells.findIndex((cell) => cell.latitude === latitude && cell.longitude === longitude);
    const [berlin, kolkata, newYork] = [near(53, 13), near(23, 88), near(41, -74)];
    expect([berlin, kolkata, newYork].map((c) => cells[c]?.utcOffsetMinutes)).toEqual([60, 330, -240]);
    expect([berlin, kolkata, newYork].map((c) => cells[c]?.continent)).toEqual(['EU', 'AS', 'NA']);
    expect([berlin, kolkata, newYork].map((c) => world.regions[world.home[c] ?? 0]?.id)).toEqual([
      'eu-central-1',
      'ap-south-1',
      'us-east-1',
    ]);
    expect(cells.reduce((sum, { population }) => sum + population, 0)).toBeGreaterThan(3e9);
  });
});
