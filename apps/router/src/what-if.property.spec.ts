import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { LogEntry, PolicyDocument } from '@spillway/contracts';
import { estimateRttMs } from '@spillway/geo';
import { WhatIf, type Answer, type Change } from '@spillway/replay';
import { ReplayedWorld, type WorldOptions } from './testing/replayed-world.harness.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 8);
const FIRST_SEED = Number(process.env['FUZZ_SEED'] ?? 1);
jest.setTimeout(3_600_000);

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
  Logger.overrideLogger(false);
});
afterEach(() => {
  jest.useRealTimers();
});

interface Tally {
  answers: number;
  spilled: number;
  refused: number;
  kept: number;
  other: number;
  /** Seconds in which the two fleets were not the same. */
  apart: number;
}

function whatIf(entries: readonly LogEntry[], change: Change): Tally {
  const tally = { answers: 0, spilled: 0, refused: 0, kept: 0, other: 0, apart: 0 };
  const whatIf = new WhatIf(change, estimateRttMs, {
    onAnswer: (record, changed, { kind }) => {
      tally.answers++;
      if (kind !== 'same') tally.kept++;
      if ('code' in record) tally.refused++;
      else if (record.reason === 'spillover') tally.spilled++;
      const recorded: Answer | undefined = 'code' in record ? undefined : record;
      if (textOf(recorded) !== textOf(changed)) tally.other++;
    },
    onLook: (_now, recorded, changed) => {
      const of = (fleet: typeof recorded) =>
        [...fleet.regions.values()].map((region) => [region.utilization, region.spillover?.event.integralMs]);
      if (JSON.stringify(of(recorded)) !== JSON.stringify(of(changed))) tally.apart++;
      if (recorded.digest() !== changed.digest()) tally.apart++;
    },
  });
  for (const entry of entries) whatIf.apply(entry);
  return tally;
}

function textOf(answer: Answer | undefined): string {
  if (!answer) return 'refused';
  const { region, nodes, nearestRegion, reason } = answer;
  return `${region} ${nodes.join(',')} ${nearestRegion} ${reason}`;
}

async function forWorlds(options: WorldOptions, check: (entries: LogEntry[], seed: number) => void) {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const world = new ReplayedWorld(seed, options);
    await world.live();
    jest.clearAllTimers();
    check(world.entries, seed);
  }
}

const LOG = { seconds: 40, hasRetention: false };
const asItWas: Change = { policy: (recorded) => structuredClone(recorded) };

describe('What if, over worlds of several routers in which everything goes wrong that can', () => {
  it('gives exactly the recorded answers, loads and prices when the policy is the same', async () => {
    const total = { answers: 0, spilled: 0, refused: 0, kept: 0 };
    await forWorlds(LOG, (entries, seed) => {
      const { other, apart, ...counts } = whatIf(entries, asItWas);
      expect({ seed, other, apart }).toEqual({ seed, other: 0, apart: 0 });
      for (const key of ['answers', 'spilled', 'refused', 'kept'] as const) total[key] += counts[key];
    });
    process.stdout.write(`The same policy, ${RUNS} worlds: ${JSON.stringify(total)}\n`);
    expect(total.kept).toBe(0);
    expect(total.spilled).toBeGreaterThan(RUNS * 5);
    expect(total.refused).toBeGreaterThan(RUNS);
  });

  it('keeps what cannot be derived again as it was recorded', async () => {
    const total = { answers: 0, kept: 0 };
    await forWorlds({ seconds: 40, hasRetention: true }, (entries, seed) => {
      const { other, answers, kept } = whatIf(entries.slice(Math.floor(entries.length / 4)), asItWas);
      expect({ seed, other }).toEqual({ seed, other: 0 });
      total.answers += answers;
      total.kept += kept;
    });
    process.stdout.write(`Parts of logs: ${JSON.stringify(total)}\n`);
    expect(total.kept).toBeGreaterThan(0);
    expect(total.kept).toBeLessThan(total.answers);
  });

  it('gives others under another strategy, another threshold, or with nodes more', async () => {
    const changes: Record<string, Change> = {
      nearest: { policy: (recorded): PolicyDocument => ({ ...recorded, strategy: 'nearest' }) },
      threshold: { policy: (recorded): PolicyDocument => ({ ...recorded, threshold: 0.2 }) },
      nodes: { ...asItWas, addedNodes: new Map([['us-east-1', 2]]) },
    };
    const others = { nearest: 0, threshold: 0, nodes: 0 };
    await forWorlds(LOG, (entries) => {
      for (const name of ['nearest', 'threshold', 'nodes'] as const) {
        const change = changes[name];
        if (change) others[name] += whatIf(entries, change).other;
      }
    });
    process.stdout.write(`Other answers: ${JSON.stringify(others)}\n`);
    for (const count of Object.values(others)) expect(count).toBeGreaterThan(RUNS * 5);
  });
});
