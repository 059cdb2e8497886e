/** Names told before the rest is counted. */
const NAMED = 3;

export function percent(share: number | null): string {
  return share === null ? '?' : `${Math.round(share * 100)} %`;
}

/** Of a list that may be long. @param count how many there are, when not all are at hand. */
export function someOf(names: readonly string[], count = names.length): string {
  if (count <= NAMED) return names.join(', ');
  const told = names.slice(0, NAMED - 1);
  return `${told.join(', ')} and ${count - told.length} more`;
}

/** 950 ms, 12 s, 3 m 5 s, 2 h 4 m. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return parts(minutes, 'm', seconds % 60, 's');
  return parts(Math.floor(minutes / 60), 'h', minutes % 60, 'm');
}

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Time of day, UTC. */
export function timeOfDay(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

export function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}
