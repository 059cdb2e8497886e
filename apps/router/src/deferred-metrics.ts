import { Counter, Histogram, type Registry } from 'prom-client';

export interface MetricOptions {
  readonly name: string;
  readonly help: string;
  readonly registers: Registry[];
}

/**
 * A counter by two labels. It counts in maps of its own and tells prom-client when it is scraped, for prom-client puts
 * labels together to a text, and looks it up, at every count.
 */
export class PairCounter<First extends string, Second extends string> {
  private readonly counter: Counter<First | Second>;
  private readonly untold = new Map<string, Map<string, number>>();

  constructor(first: First, second: Second, options: MetricOptions) {
    const collect = () => this.tell();
    this.counter = new Counter({ ...options, labelNames: [first, second], collect });
  }

  count(first: string, second: string): void {
    let counts = this.untold.get(first);
    if (!counts) this.untold.set(first, (counts = new Map<string, number>()));
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }

  /** Forgets all that has this first label. */
  remove(first: string, seconds: Iterable<string>): void {
    this.untold.delete(first);
    for (const second of seconds) this.counter.remove(first, second);
  }

  private tell(): void {
    for (const [first, counts] of this.untold) {
      for (const [second, count] of counts) this.counter.labels(first, second).inc(count);
    }
    this.untold.clear();
  }
}

/** Observations that are kept before prom-client is told of them all at once, which takes a fifth of the time. */
const KEPT = 256;

/** A histogram by one label, for what is observed with every request. */
export class BatchedHistogram<Label extends string> {
  private readonly histogram: Histogram<Label>;
  private readonly untold = new Map<string, { readonly values: Float64Array; count: number }>();

  constructor(label: Label, options: MetricOptions & { readonly buckets: number[] }) {
    const collect = () => this.tell();
    this.histogram = new Histogram({ ...options, labelNames: [label], collect });
  }

  observe(of: string, value: number): void {
    let kept = this.untold.get(of);
    if (!kept) this.untold.set(of, (kept = { values: new Float64Array(KEPT), count: 0 }));
    kept.values[kept.count++] = value;
    if (kept.count === KEPT) this.tell();
  }

  private tell(): void {
    for (const [of, kept] of this.untold) {
      const histogram = this.histogram.labels(of);
      for (const value of kept.values.subarray(0, kept.count)) histogram.observe(value);
      kept.count = 0;
    }
  }
}
