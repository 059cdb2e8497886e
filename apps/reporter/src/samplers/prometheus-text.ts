import parse from 'parse-prometheus-text-format';

/**
 * Sums the samples of the first family that is there, over all its labels. A family that is announced but has no
 * sample yet sums to 0.
 * @returns `null` when none of the families is there or a sample is no number.
 * @throws {Error} when the text is cut short.
 */
export function sumFamily(text: string, names: readonly string[]): number | null {
  // The format ends every line; without that, the last line could be half a number.
  if (!text.endsWith('\n')) throw new Error('the metrics are cut short');
  const families = parse(text);
  const family = names.map((name) => families.find((candidate) => candidate.name === name)).find(Boolean);
  if (!family) return null;
  const sum = family.metrics.reduce((total, { value }) => total + (value ? Number(value) : Number.NaN), 0);
  return Number.isFinite(sum) ? sum : null;
}
