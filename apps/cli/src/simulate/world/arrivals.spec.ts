import { describe, expect, it } from '@jest/globals';
import { Arrivals } from './arrivals.js';
import { Demand } from './demand.js';
import { activity } from './diurnal.js';
import { smallWorld } from './small-world.harness.js';
import { DAY_MS, DAY_START } from './world.js';

const HOUR_MS = 3_600_000;
const { cells } = smallWorld();

function collect(seed: number, from: number, to: number, perDay = 86_400, unusedShare = 0) {
  const arrivals = new Arrivals(new Demand(cells, perDay), cells.length, seed, from, to, unusedShare);
  const all = [];
  for (let call = arrivals.next(); call; call = arrivals.next()) all.push({ ...call });
  return all;
}

describe('arrivals', () => {
  it('are the same for the same seed and others for another', () => {
    const hour = (seed: number) => collect(seed, DAY_START, DAY_START + HOUR_MS);
    expect(hour(7)).toEqual(hour(7));
    expect(hour(7)).not.toEqual(hour(8));
  });

  it('of a part of a day are those of the whole day', () => {
    const whole = collect(3, DAY_START, DAY_START + 3 * HOUR_MS);
    const part = collect(3, DAY_START + HOUR_MS, DAY_START + 2 * HOUR_MS);
    expect(part).toEqual(whole.filter(({ at }) => at >= DAY_START + HOUR_MS && at < DAY_START + 2 * HOUR_MS));
  });

  it('come in order of time, as many as asked for, evenly over people', () => {
    const day = collect(1, DAY_START, DAY_START + DAY_MS);
    expect(day.every(({ at }, i) => i === 0 || at > (day[i - 1]?.at ?? Infinity))).toBe(true);
    expect(Math.abs(day.length - 86_400)).toBeLessThan(5 * Math.sqrt(86_400));
    for (const cell of [0, 1, 2]) {
      const count = day.filter((call) => call.cell === cell).length;
      expect(Math.abs(count - 28_800)).toBeLessThan(5 * Math.sqrt(28_800));
    }
  });

  it('have the bandwidths, the lengths and the cap they should', () => {
    const day = collect(1, DAY_START, DAY_START + DAY_MS);
    const shareOf = (kbps: number) => day.filter((call) => call.kbps === kbps).length / day.length;
    expect([shareOf(120), shareOf(1800), shareOf(4000)].map((share) => share.toFixed(1))).toEqual([
      '0.3',
      '0.6',
      '0.1',
    ]);
    const lengths = day.map(({ lengthMs }) => lengthMs).sort((a, b) => a - b);
    expect((lengths[day.length / 2] ?? 0) / 240_000).toBeCloseTo(1, 1);
    expect(lengths.at(-1)).toBe(4 * HOUR_MS);
  });

  it('multiply in a surge, where and while it lasts', () => {
    const from = DAY_START + HOUR_MS;
    const to = from + HOUR_MS;
    const surge = {
      from,
      to,
      factor: 6,
      isConcerned: ({ country }: { country: string }) => country === 'BB',
    };
    const usual = collect(1, DAY_START, DAY_START + 3 * HOUR_MS).filter(({ cell }) => cell === 1);
    const arrivals = new Arrivals(
      new Demand(cells, 86_400, [surge]),
      3,
      1,
      DAY_START,
      DAY_START + 3 * HOUR_MS,
    );
    const counts = { inside: 0, outside: 0 };
    for (let call = arrivals.next(); call; call = arrivals.next()) {
      if (call.cell === 1) counts[call.at >= from && call.at < to ? 'inside' : 'outside']++;
    }
    const inside = usual.filter(({ at }) => at >= from && at < to).length;
    expect(counts.inside / inside).toBeGreaterThan(5);
    expect(counts.outside / (usual.length - inside)).toBeCloseTo(1, 0);
  });

  it('have credentials that are never used on top of those that are', () => {
    const calls = collect(1, DAY_START, DAY_START + DAY_MS, 20_000, 0.8);
    const used = calls.filter(({ isUsed }) => isUsed).length;
    expect(Math.abs(used - 20_000)).toBeLessThan(5 * Math.sqrt(20_000));
    expect(used / calls.length).toBeCloseTo(0.2, 1);
  });
});

describe('activity', () => {
  it('is 1 on average and follows local time', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => activity(DAY_START + hour * HOUR_MS, 0));
    expect(hours.reduce((sum, value) => sum + value, 0) / 24).toBeCloseTo(1, 6);
    expect(activity(DAY_START, 120)).toBe(hours[2]);
    expect(activity(DAY_START, -60)).toBe(hours[23]);
  });
});
