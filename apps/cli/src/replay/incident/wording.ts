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

/** Time of day, UTC. */
export function timeOfDay(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

export function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}
