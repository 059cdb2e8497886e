import type { LoggerService } from '@nestjs/common';
import { NEVER_ASKED, recordCheck, type Liveness } from '../relay/liveness.js';
import { repeat } from '../repeat.js';
import { mergeSamples, type Measured } from './merge.js';
import type { Sample, Sampler } from './sampler.js';

export interface SamplingOptions {
  /** In the order in which they are believed. */
  readonly samplers: readonly Sampler[];
  /** Milliseconds between two heartbeats. */
  readonly intervalMs: number;
  readonly logger: Pick<LoggerService, 'log' | 'warn'>;
  /** Called after every sample. */
  readonly onSampled: () => void;
  /** Called whenever a sampler could not measure all it should. */
  readonly onFailed: (sampler: string) => void;
}

interface Source {
  readonly sampler: Sampler;
  liveness: Liveness;
  last: Sample;
  /** When that sample was begun, in monotonic milliseconds. */
  lastAt: number;
}

const MAX_PERIOD_MS = 1000;

/**
 * Keeps the last sample of every sampler. Each runs on its own, so a slow one delays neither the others nor a
 * heartbeat. They sample twice per interval, at least once a second, to notice a marked change between heartbeats.
 */
export class Sampling {
  private readonly sources: readonly Source[];
  private readonly stopping = new AbortController();

  constructor(private readonly options: SamplingOptions) {
    this.sources = options.samplers.map((sampler) => ({
      sampler,
      liveness: NEVER_ASKED,
      last: {},
      lastAt: 0,
    }));
  }

  get measured(): Measured {
    const lastOf = (isWanted: (sampler: Sampler) => boolean) =>
      this.sources.flatMap(({ sampler, last }) => (isWanted(sampler) ? [last] : []));
    return mergeSamples(
      lastOf(({ isSynthetic }) => !isSynthetic),
      lastOf(({ isSynthetic = false }) => isSynthetic),
    );
  }

  /** Why something is not measured, by each sampler that says so. */
  get problems(): string[] {
    return this.sources.flatMap(({ sampler, last: { problem } }) =>
      problem === undefined ? [] : [`${sampler.name} cannot measure: ${problem}`],
    );
  }

  /** When the sample was begun that `measured` has its allocations from; 0 when they are not known. */
  get allocationsAt(): number {
    const source = this.sources.find(
      ({ sampler, last }) => !sampler.isSynthetic && typeof last.allocations === 'number',
    );
    return source?.lastAt ?? 0;
  }

  /** Whether a sampler that asks the server gets answers; true when there is none of that sort. */
  get isServerAnswering(): boolean {
    const asking = this.sources.filter((source) => source.sampler.asks === 'server');
    return asking.length === 0 || asking.some((source) => source.liveness.isAnswering);
  }

  async run(): Promise<void> {
    await Promise.all(this.sources.map((source) => this.runSource(source)));
  }

  stop(): void {
    this.stopping.abort();
    for (const { sampler } of this.sources) sampler.close?.();
  }

  private runSource(source: Source): Promise<void> {
    const { intervalMs } = this.options;
    const { signal } = this.stopping;
    const sample = async () => {
      const startedAt = performance.now();
      const taken = await takeSample(source.sampler, intervalMs);
      if (!signal.aborted) this.keep(source, taken, startedAt);
      return Math.min(MAX_PERIOD_MS, intervalMs / 2);
    };
    return repeat(sample, signal);
  }

  private keep(source: Source, { sample, isAnswered }: TakenSample, startedAt: number): void {
    const { logger, onFailed, onSampled } = this.options;
    const { name } = source.sampler;
    if (sample.problem !== undefined) onFailed(name);
    if (sample.problem !== source.last.problem) {
      if (sample.problem === undefined) logger.log(`The sampler ${name} measures again`);
      else logger.warn(`The sampler ${name} cannot measure: ${sample.problem}`);
    }
    source.liveness = recordCheck(source.liveness, isAnswered);
    source.last = sample;
    source.lastAt = startedAt;
    onSampled();
  }
}

export interface TakenSample {
  readonly sample: Sample;
  readonly isAnswered: boolean;
}

/** One sample within its time; what fails or takes longer is a sample of which nothing is known. */
export async function takeSample(sampler: Sampler, limitMs: number): Promise<TakenSample> {
  const overdue = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      overdue.abort();
      reject(new Error('out of time'));
    }, limitMs);
  });
  try {
    return { sample: await Promise.race([sampler.sample(overdue.signal), limit]), isAnswered: true };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { sample: { problem }, isAnswered: false };
  } finally {
    clearTimeout(timer);
  }
}
