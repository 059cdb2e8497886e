/** Compares dotted versions number by number; what follows the numbers ("4.6.1-beta") does not count. */
export function isBelowVersion(version: string, floor: string): boolean {
  const have = numbers(version);
  const want = numbers(floor);
  for (let i = 0; i < want.length; i++) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function numbers(version: string): number[] {
  const [head = ''] = /^\d+(\.\d+)*/.exec(version) ?? [];
  return head.split('.').map(Number);
}
