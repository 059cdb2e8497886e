/** How much more than the optimum's a figure is; it may be a little less, as that is rounded to groups. */
export function beyond(value: number, optimum = 0): number {
  return Math.max(0, value - optimum);
}

/** What is not zero is not shown as zero. */
export function percent(value: number): string {
  if (value === 0) return '0';
  return value < 0.001 ? '<0.001' : value.toFixed(value < 0.1 ? 3 : 2);
}
