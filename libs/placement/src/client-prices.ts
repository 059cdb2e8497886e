import { spreadFactor } from '@spillway/fleet';
import type { Standing } from './standing.js';

/**
 * What a place costs one client: what it costs everybody, but for home, which asks some of its own clients more and
 * others less where it is small. Were that so of other regions too, clients would go where they happen to draw little.
 *
 * @param home an index, -1 for none.
 * @returns what is not to be written to.
 */
export function clientPrices(
  { priceMs, spread }: Pick<Standing, 'priceMs' | 'spread'>,
  home: number,
  seed: number,
): ArrayLike<number> {
  const price = priceMs[home] ?? 0;
  const share = spread[home] ?? 0;
  if (price === 0 || share === 0) return priceMs;
  const own = Float64Array.from(priceMs);
  own[home] = price * spreadFactor(share, seed);
  return own;
}
