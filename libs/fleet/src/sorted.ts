/** Where the one of this id is, or would be inserted, in a list that is sorted by id. */
export function indexById(sorted: readonly { readonly id: string }[], id: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item && item.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
