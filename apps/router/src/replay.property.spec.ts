import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  PLACEMENT_REASONS,
  REFUSAL_CODES,
  type DecisionRecord,
  type LogEntry,
  type RefusalRecord,
} from '@spillway/contracts';
import { estimateRttMs } from '@spillway/geo';
import { LogReplay, type Verdict } from '@spillway/replay';
import { ReplayedWorld, type WorldOptions } from './testing/replayed-world.harness.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 20);
const FEW = Math.ceil(RUNS / 5);
const FEWER = Math.ceil(RUNS / 2);
const FIRST_SEED = Number(process.env['FUZZ_SEED'] ?? 1);
jest.setTimeout(3_600_000);

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
  Logger.overrideLogger(false);
});
afterEach(() => {
  jest.useRealTimers();
});

interface Derived {
  readonly record: DecisionRecord | RefusalRecord;
  readonly verdict: Verdict;
}

function replay(entries: readonly LogEntry[], gapBefore?: number): Derived[] {
  const derived: Derived[] = [];
  const take = (record: DecisionRecord | RefusalRecord, verdict: Verdict) =>
    void derived.push({ record, verdict });
  const replay = new LogReplay(estimateRttMs, { onDecision: take, onRefusal: take });
  for (const [i, entry] of entries.entries()) {
    if (i === gapBefore) replay.noteGap();
    replay.apply(entry);
  }
  return derived;
}

async function entriesOf(seed: number, options: WorldOptions): Promise<LogEntry[]> {
  const world = new ReplayedWorld(seed, options);
  await world.live();
  jest.clearAllTimers();
  return world.entries;
}

/** How many came to what. */
function countOf(derived: readonly Derived[], into: Record<string, number> = {}): Record<string, number> {
  for (const { verdict } of derived) {
    const name = verdict.kind === 'unverifiable' ? verdict.reason : verdict.kind;
    into[name] = (into[name] ?? 0) + 1;
  }
  return into;
}

const wrong = (derived: readonly Derived[]) =>
  derived.filter(({ verdict }) => verdict.kind === 'differs').slice(0, 3);

/** Lives some worlds, and looks at what each left on the log. */
async function forWorlds(
  runs: number,
  options: WorldOptions,
  check: (entries: LogEntry[], seed: number) => void,
): Promise<void> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + runs; seed++) check(await entriesOf(seed, options), seed);
}

const CALM_LOG = { seconds: 40, hasRetention: false };

describe('Every decision of every router, whatever happens to it and to the log', () => {
  it('is derived again from the log, without a difference and without a doubt', async () => {
    const total: Record<string, number> = {};
    const reasons = new Set<string>();
    const steps = new Set<string>();
    await forWorlds(RUNS, CALM_LOG, (entries, seed) => {
      const derived = replay(entries);
      countOf(derived, total);
      const others = derived.filter(({ verdict }) => verdict.kind !== 'same').slice(0, 3);
      expect({ seed, others }).toEqual({ seed, others: [] });
      for (const { record } of derived) reasons.add('code' in record ? record.code : record.reason);
      for (const { event } of entries) {
        if (event.kind !== 'issued') continue;
        for (const { kind } of event.issued.basis?.steps ?? []) steps.add(kind);
      }
    });
    process.stdout.write(`${RUNS} worlds: ${JSON.stringify(total)}\n`);
    expect(total['same']).toBeGreaterThan(RUNS * 50);
    expect([...reasons].sort()).toEqual([...REFUSAL_CODES, ...PLACEMENT_REASONS].sort());
    expect([...steps].sort()).toEqual(['link-down', 'link-up']);
  });

  it('is in doubt at most, and no longer than it takes to say everything anew, where the log begins in the middle', async () => {
    const total: Record<string, number> = {};
    await forWorlds(FEW, { ...CALM_LOG, seconds: 2_000, tickMs: 1_000 }, (entries, seed) => {
      const derived = replay(entries.slice(Math.floor(entries.length / 4)));
      expect({ seed, wrong: wrong(derived) }).toEqual({ seed, wrong: [] });
      countOf(derived, total);
    });
    process.stdout.write(`From the middle: ${JSON.stringify(total)}\n`);
    expect(Object.keys(total).sort()).toEqual(['before-first-state', 'same']);
    expect(total['same']).toBeGreaterThan(FEW * 30);
  });

  it('is in doubt at most, and not for long, across a hole in the log', async () => {
    const total: Record<string, number> = {};
    await forWorlds(FEWER, CALM_LOG, (entries, seed) => {
      const at = Math.floor(entries.length / 3);
      const size = 1 + (seed % 40);
      const derived = replay(
        entries.filter((_, i) => i < at || i >= at + size),
        at,
      );
      expect({ seed, wrong: wrong(derived) }).toEqual({ seed, wrong: [] });
      countOf(derived, total);
    });
    process.stdout.write(`Across a hole: ${JSON.stringify(total)}\n`);
    expect(total['same']).toBeGreaterThan(FEWER * 30);
  });

  it('is in doubt at most where the log lost what a router had read, or what it took from the store', async () => {
    const total: Record<string, number> = {};
    await forWorlds(FEWER, { seconds: 40, hasRetention: true }, (entries, seed) => {
      const derived = replay(entries);
      expect({ seed, wrong: wrong(derived) }).toEqual({ seed, wrong: [] });
      countOf(derived, total);
    });
    process.stdout.write(`With retention: ${JSON.stringify(total)}\n`);
    expect(total['restored']).toBeGreaterThan(0);
    expect(total['same']).toBeGreaterThan(FEWER * 30);
  });

  it('differs where a load on the log was changed', async () => {
    let found = 0;
    await forWorlds(FEWER, CALM_LOG, (entries) => {
      if (wrong(replay(entries.map(withLoad(10, Math.floor(entries.length / 2))))).length > 0) found++;
    });
    process.stdout.write(`Ten changed loads are found in ${found} of ${FEWER} worlds\n`);
    expect(found).toBeGreaterThan(FEWER / 2);
  });

  it('differs in its view where an entry that mattered was taken away without a word', async () => {
    let found = 0;
    await forWorlds(FEWER, CALM_LOG, (entries) => {
      const at = entries.findIndex(({ event }, i) => i > entries.length / 2 && event.kind === 'heartbeat');
      const fields = wrong(replay(entries.filter((_, i) => i !== at))).map(({ verdict }) => {
        return verdict.kind === 'differs' && verdict.field;
      });
      if (fields.includes('view')) found++;
    });
    process.stdout.write(`A heartbeat that is gone is found in ${found} of ${FEWER} worlds\n`);
    expect(found).toBeGreaterThan(FEWER / 2);
  });
});

/** Turns the load of so many heartbeats over, from one entry on. */
function withLoad(count: number, from: number): (entry: LogEntry, index: number) => LogEntry {
  let left = count;
  return (entry, index) => {
    const { event } = entry;
    if (index < from || event.kind !== 'heartbeat' || left === 0) return entry;
    const { allocations } = event.heartbeat.load;
    if (allocations === null) return entry;
    left--;
    const load = { ...event.heartbeat.load, allocations: (allocations + 50) % 100 };
    return { ...entry, event: { ...event, heartbeat: { ...event.heartbeat, load } } };
  };
}
