import type { Figure, Target } from '../suite/figure.js';
import type { Effort } from '../suite/part.js';
import { median } from './compare.js';
import { askAtRate, saturate, warmUp, type Ask } from './load.js';

/** Who answers, and how to ask it. */
export interface Side {
  readonly server: { cpuMicros(): Promise<number> };
  readonly ask: Ask;
  /** How long it is asked at most before it counts. */
  readonly warmUpMs?: number;
}

export interface Duel {
  readonly what: string;
  readonly against: string;
  readonly ours: Side;
  readonly bare: Side;
  /** Asked at a time. */
  readonly lanes: number;
  readonly target?: Target;
}

interface Round {
  readonly perSecond: number;
  readonly micros: number;
}

const WARM_UP_ANSWERS = 30_000;
const WARM_UP_MS = 20_000;

/** Two servers under the same load in turn: how many requests a second, what each takes, and how long at half of that. */
export async function fight(duel: Duel, { isSmoke, say }: Effort): Promise<Figure[]> {
  const { what, against, ours, bare, lanes, target } = duel;
  const [rounds, ms] = isSmoke ? [1, 100] : [7, 2_000];
  for (const { ask, warmUpMs = WARM_UP_MS } of [bare, ours]) {
    await warmUp(ask, lanes, isSmoke ? 50 : WARM_UP_ANSWERS, warmUpMs);
  }
  say(`${what}: as fast as it goes`);
  const results: { bare: Round; ours: Round }[] = [];
  for (let i = 0; i < rounds; i++) {
    results.push({ bare: await roundOf(bare, lanes, ms), ours: await roundOf(ours, lanes, ms) });
  }
  const of = (side: 'bare' | 'ours', what: keyof Round) => median(results.map((round) => round[side][what]));
  const rates = { ours: of('ours', 'perSecond'), bare: of('bare', 'perSecond') };
  const costs = { ours: of('ours', 'micros'), bare: of('bare', 'micros') };
  say(`${what}: at half of that`);
  const [oursAtHalf, bareAtHalf] = [
    await askAtRate(ours.ask, rates.ours / 2, rounds * ms),
    await askAtRate(bare.ask, rates.bare / 2, rounds * ms),
  ];
  return [
    {
      what: `${what}, requests a second as a share of ${against}`,
      value: rates.ours / rates.bare,
      ...(target && { target }),
      detail: `${Math.round(rates.ours)} against ${Math.round(rates.bare)} a second`,
    },
    {
      what: `${what}, requests a CPU second as a share of ${against}`,
      value: costs.bare / costs.ours,
      detail: `${costs.ours.toFixed(0)} µs against ${costs.bare.toFixed(0)} µs of CPU a request`,
    },
    {
      what: `${what}, time to answer at half of that load, p99`,
      value: oursAtHalf.at(0.99),
      unit: 'ms',
      detail: `${oursAtHalf.describe()}; ${against}: ${bareAtHalf.describe()}`,
    },
  ];
}

async function roundOf({ server, ask }: Side, lanes: number, ms: number): Promise<Round> {
  const before = await server.cpuMicros();
  const run = await saturate(ask, lanes, ms);
  const micros = ((await server.cpuMicros()) - before) / run.answers;
  return { perSecond: (run.answers * 1000) / run.ms, micros };
}
