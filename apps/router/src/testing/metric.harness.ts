/** The value of the line that starts with this in a page of metrics; 0 when there is none. */
export function readMetric(text: string, line: string): number {
  const found = text.split('\n').find((candidate) => candidate.startsWith(line));
  return found === undefined ? 0 : Number(found.slice(found.lastIndexOf(' ') + 1));
}
