/** A clock that stands still until it is told to go on. Milliseconds since the epoch. */
export function fakeClock(start = Date.UTC(2026, 0, 1)): { now(): number; advance(ms: number): void } {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}
