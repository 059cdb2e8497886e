import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { mix32 } from '@spillway/placement';

/** Numbers in [0, 1). */
export type Random = () => number;

/** The same numbers for the same parts: a seed and whatever tells one use of it from another. */
export function randomFrom(...parts: readonly number[]): Random {
  const seed = parts.reduce((mixed, part) => mix32(mixed ^ mix32(part + 0x9e3779b9)), 0x5b1117a7);
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** From the standard normal distribution (Box–Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** From the exponential distribution of this mean. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}
