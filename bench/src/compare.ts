/** One thing to time. `run` does it once. */
export interface Contestant {
  readonly name: string;
  readonly run: () => void;
}

const ROUNDS = 21;
const ROUND_MS = 40;

/**
 * Times contestants side by side: short rounds in turn, so that whatever else the machine does meets all of them,
 * and the median round of each.
 * @returns nanoseconds a run, by name.
 */
export function compare(contestants: readonly Contestant[]): Map<string, number> {
  const batches = contestants.map((contestant) => ({ contestant, size: batchSize(contestant), rounds: [0] }));
  for (const batch of batches) batch.rounds.length = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const { contestant, size, rounds } of batches) rounds.push(nanosecondsPerRun(contestant, size));
  }
  return new Map(batches.map(({ contestant, rounds }) => [contestant.name, median(rounds)]));
}

/** Runs that take about a round; finding out also warms the code up. */
function batchSize(contestant: Contestant): number {
  let size = 1000;
  for (let i = 0; i < 10; i++) size = Math.ceil((ROUND_MS * 1e6) / nanosecondsPerRun(contestant, size));
  return size;
}

function nanosecondsPerRun({ run }: Contestant, times: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) run();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / times;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
