/** One thing to time. `run` does it once. */
export interface Contestant {
  readonly name: string;
  readonly run: () => void;
}

export interface Rounds {
  readonly count: number;
  readonly ms: number;
}

/**
 * Times contestants side by side: short rounds in turn, so that whatever else the machine does meets all of them,
 * and the median round of each.
 * @returns nanoseconds of CPU a run, by name.
 */
export function compare(contestants: readonly Contestant[], { count, ms }: Rounds): (name: string) => number {
  const batches = contestants.map((contestant) => ({
    contestant,
    size: batchSize(contestant, ms),
    rounds: Array.of<number>(),
  }));
  for (let round = 0; round < count; round++) {
    for (const { contestant, size, rounds } of batches) rounds.push(nanosecondsPerRun(contestant, size));
  }
  const took = new Map(batches.map(({ contestant, rounds }) => [contestant.name, median(rounds)]));
  return (name) => took.get(name) ?? NaN;
}

/** Runs that take about a round; finding out also warms the code up. */
function batchSize(contestant: Contestant, ms: number): number {
  let size = 1000;
  for (let i = 0; i < 5; i++) size = Math.ceil((ms * 1e6) / nanosecondsPerRun(contestant, size));
  return size;
}

function nanosecondsPerRun({ run }: Contestant, times: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) run();
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, (user + system) * 1000) / times;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
