import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { iceServersAnswerSchema, type IceServersAnswer } from '@spillway/contracts';
import { bearer } from '../nats/daemons.harness.js';
import { until } from '../until.js';

const BETWEEN_MS = 20;
const ANSWER_LIMIT_MS = 5_000;
const MORE_LIMIT_MS = 30_000;

const problemSchema = z.object({ code: z.string() });
const fetchErrorSchema = z.object({ cause: z.object({ code: z.string() }) });

/** What became of the requests of a while. */
export interface Tally {
  readonly what: string;
  readonly fromMs: number;
  answered: number;
  /** How often which router was asked in the place of the other, by reason. */
  readonly retries: Map<string, number>;
  /** Both were asked. */
  readonly failures: string[];
  /** Nodes that were named although they were lost. */
  readonly lostNamed: string[];
}

/**
 * 50 requests a second, to either router in turn, as through a balancer on TCP: what gets no answer, or one of 500 and
 * more, is sent to the other, once. Connections are kept open, so that a router that ends meets some that are.
 */
export class Requests {
  readonly tallies: Tally[] = [];
  private readonly lost = new Set<string>();
  private readonly named = new Map<string, number>();
  private readonly over = new AbortController();
  private readonly asking = new Set<Promise<void>>();
  private running = Promise.resolve();
  private turn = 0;

  constructor(private readonly urls: readonly [string, string]) {}

  start(what: string): void {
    this.begin(what);
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.over.abort();
    await this.running;
    await Promise.all(this.asking);
  }

  /** What comes from now on is counted as of this. */
  begin(what: string): void {
    this.tallies.push({
      what,
      fromMs: performance.now(),
      answered: 0,
      retries: new Map(),
      failures: [],
      lostNamed: [],
    });
  }

  /** No answer to what is asked from now on may name it. */
  lose(node: string): void {
    this.lost.add(node);
  }

  /** It may be named again. */
  find(node: string): void {
    this.lost.delete(node);
    this.named.delete(node);
  }

  /** Since it was found. */
  async untilNamed(node: string): Promise<void> {
    await until(`an answer names ${node}`, MORE_LIMIT_MS, async () => this.named.has(node));
  }

  /** Waits until so many more are answered. */
  async more(count: number): Promise<void> {
    const { tally } = this;
    const enough = tally.answered + count;
    await until(`${count} more answers`, MORE_LIMIT_MS, async () => tally.answered >= enough);
  }

  private get tally(): Tally {
    const last = this.tallies.at(-1);
    if (!last) throw new Error('no requests were begun');
    return last;
  }

  private async run(): Promise<void> {
    while (!this.over.signal.aborted) {
      const asking = this.askEither(this.tally).finally(() => this.asking.delete(asking));
      this.asking.add(asking);
      await sleep(BETWEEN_MS);
    }
  }

  private async askEither(tally: Tally): Promise<void> {
    const lost = new Set(this.lost);
    const [one, other] = this.turn++ % 2 === 0 ? this.urls : this.urls.toReversed();
    try {
      const answer = await ask(one).catch((problem: unknown) => {
        const reason = explain(problem);
        tally.retries.set(reason, (tally.retries.get(reason) ?? 0) + 1);
        return ask(other);
      });
      tally.answered++;
      for (const node of answer.placement.nodes) {
        this.named.set(node, (this.named.get(node) ?? 0) + 1);
        if (lost.has(node)) tally.lostNamed.push(node);
      }
    } catch (problem) {
      tally.failures.push(explain(problem));
    }
  }
}

async function ask(url = ''): Promise<IceServersAnswer> {
  const response = await fetch(`${url}/v1/ice-servers`, {
    method: 'POST',
    headers: { authorization: bearer, 'content-type': 'application/json' },
    body: JSON.stringify({ userId: 'alice' }),
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  });
  const body: unknown = await response.json();
  if (response.status !== 200) throw new Error(`${response.status} ${problemSchema.parse(body).code}`);
  return iceServersAnswerSchema.parse(body);
}

/** `fetch` has the reason in its cause. */
function explain(problem: unknown): string {
  const { success, data } = fetchErrorSchema.safeParse(problem);
  return success ? data.cause.code : String(problem);
}
